import { ClewError, timeOf, type Clock, type JsonSchema, type Route, type Scope } from '../kernel/index.ts';
import { cosine, type ThreadDetail, type ThreadReader } from '../threads/index.ts';
import { insightOf } from './facts.ts';
import type { Likeness, PromptVectors, SequenceReader } from './ports.ts';
import type { EvaluatorScale } from './quality.ts';
import { SEQUENCE_SCHEMA, THREAD_SCHEMA } from './schema.ts';
import { tallySequences } from './sequences.ts';

export interface InsightParts {
  readonly threads: ThreadReader;
  readonly sequences: SequenceReader;
  readonly prompts: PromptVectors;
  /** What the policy says of evaluators at the moment. */
  readonly scales: () => readonly EvaluatorScale[];
  readonly clock: Clock;
}

const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const DAY_MS = 24 * 3600 * 1000;
const USUAL_DAYS = 30;
const USUAL_LEAST = 5;
/** Threads that one report reads. */
const MOST_THREADS = 20_000;

export function insightRoutes({ threads, sequences, prompts, scales, clock }: InsightParts): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/threads/:id/insight',
      permission: 'threads:read',
      summary: 'How a thread went: its turns, satisfaction and quality with what they rest on, where it broke, what guardrails refused',
      success: { status: 200, description: 'The facts', schema: THREAD_SCHEMA },
      errors: ['not_found'],
      handle: async ({ caller, params }) => {
        const thread = await threads.thread(caller.scope, params['id'] ?? '', caller.onlyUser);
        // A thread that several users share shows each of them nothing of the others here: its figures are of all.
        const isOthers = caller.onlyUser !== undefined && thread?.requests.some(({ user }) => user !== caller.onlyUser);
        if (!thread || isOthers === true) throw new ClewError('not_found');
        return { status: 200, json: insightOf(thread, scales(), await likenessIn(thread, caller.scope, prompts)) };
      },
    },
    {
      method: 'get',
      path: '/v1/insights/sequences',
      permission: 'metrics:read',
      summary: 'Which sequences of follow-ups end well, and which moves mend a conversation that went wrong, with counts and intervals',
      query: [
        { name: 'from', description: `Threads last active not before; ${USUAL_DAYS} days ago unless given`, schema: TIME },
        { name: 'to', description: 'Threads last active before; now unless given', schema: TIME },
        {
          name: 'minThreads',
          description: `Sequences of fewer threads are left out, ${USUAL_LEAST} unless given`,
          schema: { type: 'integer', minimum: 1, maximum: 10_000 },
        },
      ],
      success: { status: 200, description: 'Sequences by outcome, most threads first', schema: SEQUENCE_SCHEMA },
      handle: async ({ caller, query }) => {
        const toMs = timeOf(query['to'] ?? '') ?? clock.nowMs();
        const fromMs = timeOf(query['from'] ?? '') ?? toMs - USUAL_DAYS * DAY_MS;
        const tally = tallySequences();
        let read = 0;
        // One more than is counted says whether there are more.
        for await (const portion of sequences.walk(caller.scope, { fromMs, toMs }, MOST_THREADS + 1)) {
          for (const thread of portion) {
            read++;
            if (read <= MOST_THREADS) tally.add(thread);
          }
        }
        const time = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
        return { status: 200, json: tally.report(time, Number(query['minThreads'] ?? USUAL_LEAST), read > MOST_THREADS) };
      },
    },
  ];
}

/** Embeddings are read only where something was refused: nothing else compares prompts. */
async function likenessIn({ user, blocks, lastAt }: ThreadDetail, scope: Scope, prompts: PromptVectors): Promise<Likeness> {
  if (blocks === 0 || user === null) return () => undefined;
  const vectors = await prompts.before(scope, user, Date.parse(lastAt) + 1);
  return (one, other) => cosine(vectors.get(one), vectors.get(other));
}
