// What the identity commands ask of a running control plane.
import { parseArgs } from 'node:util';
import type { CompositionRecord } from '../identity/index.ts';
import { UsageError } from './io.ts';
import { problemOf, serverClient } from './server-client.ts';

export const QUESTION_WORDS: readonly string[] = ['prompt', 'model', 'composition', 'change'];

interface ServerOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

export const isRunId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

/** Parsed JSON of a GET; throws UsageError with what the server said. */
export async function get(path: string, options: ServerOptions): Promise<unknown> {
  const server = serverClient(options);
  const answer = await server.request('GET', path);
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status >= 400) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  return answer.json;
}

export interface FetchedRun {
  readonly id: string;
  readonly requestId: string;
  readonly record: CompositionRecord;
}

export async function fetchRun(id: string, options: ServerOptions): Promise<FetchedRun> {
  return (await get(`/v1/runs/${id}`, options)) as FetchedRun;
}

interface AnswerPage {
  readonly items: readonly { readonly answer: string }[];
  readonly next: string | null;
}

/** One question to one run, or to every run of a window. */
export async function ask(question: string, args: readonly string[], help: string): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      answer: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  const [run] = positionals;
  if (run !== undefined && !isRunId(run)) throw new UsageError(help);
  const { from, to, answer } = values;
  const bad = question === 'change' ? 'yes' : 'no';
  let found = false;
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ question });
    for (const [key, value] of Object.entries({ run, from, to, answer, cursor })) if (typeof value === 'string') query.set(key, value);
    const page = (await get(`/v1/runs/answers?${query.toString()}`, values)) as AnswerPage;
    for (const item of page.items) {
      found ||= item.answer === bad;
      process.stdout.write(`${JSON.stringify(item)}\n`);
    }
    cursor = page.next;
  } while (cursor !== null);
  return found ? 1 : 0;
}

/** What changed in the composition of runs at a moment. */
export async function changes(args: readonly string[], help: string): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { at: text, alert: text, minutes: text, model: text, url: text, token: text } });
  const { alert, minutes, model } = values;
  if ((values.at === undefined) === (alert === undefined)) throw new UsageError(help);
  const at = values.at ?? ((await get(`/v1/alerts/${encodeURIComponent(alert ?? '')}`, values)) as { startsAt: string }).startsAt;
  const query = new URLSearchParams({ at });
  for (const [key, value] of Object.entries({ minutes, model })) if (value !== undefined) query.set(key, value);
  const found = (await get(`/v1/runs/changes?${query.toString()}`, values)) as { items: readonly unknown[] };
  process.stdout.write(`${JSON.stringify(found)}\n`);
  return found.items.length > 0 ? 1 : 0;
}

/** What proves one run, as the API has it. */
export async function bundle(args: readonly string[], help: string): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { url: text, token: text } });
  const [run, ...more] = positionals;
  if (run === undefined || !isRunId(run) || more.length > 0) throw new UsageError(help);
  process.stdout.write(`${JSON.stringify(await get(`/v1/runs/${run}/bundle`, values))}\n`);
  return 0;
}

/** How the log fares; exit 1 where runs are missing or a witness saw another log. */
export async function log(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { url: text, token: text } });
  const health = (await get('/v1/log', values)) as { missing: number; witnesses: readonly { readonly refused: string | null }[] };
  process.stdout.write(`${JSON.stringify(health)}\n`);
  return health.missing > 0 || health.witnesses.some(({ refused }) => refused !== null) ? 1 : 0;
}
