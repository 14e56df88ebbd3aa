import {
  ClewError,
  timeOf,
  type ApiRequest,
  type Caller,
  type JsonSchema,
  type QueryParameter,
  type Route,
  type Scope,
} from '../kernel/index.ts';
import type { ThreadReader, TopicNames } from './ports.ts';
import { traceLinker, type TraceLinker } from './trace-link.ts';
import type { Position } from './types.ts';
import type { RequestView, ThreadDetail, ThreadFilter, ThreadSummary } from './views.ts';

const permission = 'threads:read';
const POSITIONS = ['first', 'continuation', 'topic_shift', 'orphaned'] as const satisfies readonly Position[];
const OUTCOMES = ['open', 'completed', 'abandoned', 'corrected', 'failed'] as const satisfies readonly ThreadSummary['outcome'][];
const BREAKDOWNS = ['any', 'correction', 'repeat', 'truncation', 'error'] as const satisfies readonly ThreadFilter['breakdown'][];
const TIME: JsonSchema = { type: 'string', format: 'date-time' };

const FILTERS: readonly QueryParameter[] = [
  { name: 'user', description: 'Pseudonym of the principal', schema: { type: 'string', maxLength: 128 } },
  { name: 'topic', description: 'Id of a topic', schema: { type: 'string', maxLength: 128 } },
  {
    name: 'session',
    description: 'Threads with a request of this session, as requests name it; give the user too where it is known, which is faster',
    schema: { type: 'string', maxLength: 256 },
  },
  { name: 'position', description: 'Threads with a request in this position', schema: { type: 'string', enum: POSITIONS } },
  { name: 'model', description: 'Threads that this model answered in', schema: { type: 'string', maxLength: 256 } },
  {
    name: 'minTurns',
    description: 'Least user turns; 1 leaves out threads of auxiliary calls (embeddings, titles) alone',
    schema: { type: 'integer', minimum: 0, maximum: 1_000_000 },
  },
  {
    name: 'outcome',
    description: 'Threads that stand so now. Outcomes change with time, so a page may hold fewer than asked for while next leads on',
    schema: { type: 'string', enum: OUTCOMES },
  },
  {
    name: 'breakdown',
    description: 'Threads that broke down so: the user corrected or repeated, the client dropped history, a call failed',
    schema: { type: 'string', enum: BREAKDOWNS },
  },
  { name: 'from', description: 'Last activity not before', schema: TIME },
  { name: 'to', description: 'Last activity not after', schema: TIME },
  { name: 'cursor', description: 'That of the page before', schema: { type: 'string', maxLength: 512 } },
  { name: 'limit', description: 'Threads a page, 50 unless given', schema: { type: 'integer', minimum: 1, maximum: 200 } },
];

const SUMMARY_FIELDS: JsonSchema = {
  id: { type: 'string' },
  user: { type: ['string', 'null'] },
  startedAt: TIME,
  lastAt: TIME,
  durationMs: { type: 'number' },
  turns: { type: 'integer' },
  calls: { type: 'integer' },
  title: { type: 'string' },
  lastPrompt: { type: 'string' },
  topic: {
    type: ['object', 'null'],
    description: '{id, label}; label is null where too few people talk about it',
  },
  models: { type: 'array', items: { type: 'string' } },
  errors: { type: 'integer' },
  blocks: { type: 'integer' },
  inputTokens: { type: 'integer' },
  outputTokens: { type: 'integer' },
  costUsd: { type: ['number', 'null'] },
  outcome: { enum: OUTCOMES },
  breakdown: { type: ['object', 'null'] },
  sessions: { type: 'integer' },
  lowestConfidence: { type: 'number' },
  feedback: {
    type: 'object',
    required: ['up', 'down'],
    properties: {
      up: { type: 'integer' },
      down: { type: 'integer' },
      completed: { type: 'boolean' },
      score: { type: 'number', description: 'Mean of the scores where all have one name' },
      scores: { type: 'array', items: { type: 'object' } },
    },
  },
};

const FEEDBACK: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    kind: { enum: ['thumbs', 'completion', 'score', 'comment'] },
    value: { type: ['string', 'number', 'boolean'], description: 'Comments are redacted' },
    name: { type: ['string', 'null'] },
    source: { enum: ['user', 'evaluator', 'application'] },
    at: TIME,
    requestId: { type: ['string', 'null'], description: 'Null where it is of the whole thread' },
  },
};

const REQUEST: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    at: TIME,
    thread: { type: 'string' },
    session: { type: 'string' },
    turn: { type: 'integer' },
    position: { enum: POSITIONS },
    intent: { enum: ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'] },
    method: { enum: ['declared', 'history', 'inferred', 'new', 'person'] },
    confidence: { type: 'number' },
    similarity: { type: ['number', 'null'] },
    predecessor: { type: ['string', 'null'] },
    parent: { type: ['string', 'null'], description: 'The request that a step or a call beside was made for; null for turns' },
    successors: { type: 'array', items: { type: 'string' } },
    reasons: { type: 'array', items: { type: 'object' }, description: 'Why it stands there, in words; weights are log-odds' },
    moves: {
      type: 'array',
      description: 'Threads that it stood in before, oldest first: {from, evidence, by, at}; by is the request that brought the evidence',
      items: { type: 'object' },
    },
    prompt: { type: ['string', 'null'], description: 'Redacted' },
    answer: { type: ['string', 'null'], description: 'Redacted' },
    traceUrl: { type: ['string', 'null'], description: 'Where the trace is shown: CLEW_TRACE_URL with its ids filled in' },
  },
};

const THREAD: JsonSchema = {
  type: 'object',
  properties: {
    ...SUMMARY_FIELDS,
    declaredSession: {
      type: ['object', 'null'],
      description: 'The session that the client declared: {id, source, threads}, with every thread of the user in it, oldest first',
    },
    requests: { type: 'array', items: REQUEST },
    part: {
      type: 'object',
      description: 'Where a part was given: how many requests stand before and after it',
      properties: { before: { type: 'integer' }, after: { type: 'integer' } },
    },
    feedbackGiven: { type: 'array', items: FEEDBACK },
  },
};

/** @param mergedInto the thread that a person merged this one into, if that stands, and with `onlyUser` if it is that principal's */
export function threadRoutes(
  reader: ThreadReader,
  traceUrlOf: TraceLinker = traceLinker(undefined),
  mergedInto?: (scope: Scope, id: string, onlyUser?: string) => Promise<string | undefined>,
  topics?: TopicNames,
): Route[] {
  const shown = async <T extends ThreadSummary>(threads: readonly T[], caller: Caller): Promise<readonly T[]> => {
    const names = await topics?.named(
      caller.scope,
      threads.flatMap(({ topic }) => topic?.id ?? []),
    );
    return threads.map((thread) => withoutOthers(thread, caller, names));
  };
  const linked = (request: RequestView): RequestView => ({ ...request, traceUrl: traceUrlOf(request.trace) });
  /** Says where the thread's requests are now; to who may see one person's only, of that person's threads. */
  const goneThread = async ({ scope, onlyUser }: Caller, id: string): Promise<ClewError> => {
    const into = await mergedInto?.(scope, id, onlyUser);
    if (into === undefined) return new ClewError('not_found');
    return new ClewError('not_found', 'it was merged into another thread', { extra: { mergedInto: into } });
  };
  return [
    {
      method: 'get',
      path: '/v1/threads',
      permission,
      summary: 'Threads, newest activity first',
      query: FILTERS,
      success: {
        status: 200,
        description: 'A page; next is null on the last',
        schema: {
          type: 'object',
          properties: {
            items: { type: 'array', items: { type: 'object', properties: SUMMARY_FIELDS } },
            next: { type: ['string', 'null'] },
          },
        },
      },
      handle: async ({ caller, query }) => {
        const user = userOf(caller, query['user']);
        if (user === null || (caller.onlyUser !== undefined && query['topic'] !== undefined))
          return { status: 200, json: { items: [], next: null } };
        const page = await reader.list(
          caller.scope,
          { user, ...filterOf(query) },
          { cursor: query['cursor'], limit: Number(query['limit'] ?? 50) },
        );
        return { status: 200, json: { ...page, items: await shown(page.items, caller) } };
      },
    },
    {
      method: 'get',
      path: '/v1/threads/:id',
      permission,
      summary: 'One thread with its requests, oldest first, and why each belongs to it',
      query: [
        {
          name: 'around',
          description:
            'With limit: a request of the part that is wanted; without it the one at which the thread broke down, else the first',
          schema: { type: 'string', maxLength: 256 },
        },
        {
          name: 'limit',
          description: 'Requests at most, for a part of a long thread; without it the whole, up to the newest 5,000',
          schema: { type: 'integer', minimum: 2, maximum: 5_000 },
        },
      ],
      success: {
        status: 200,
        description: 'The thread',
        schema: THREAD,
      },
      errors: ['not_found'],
      handle: async ({ caller, params, query: { around, limit } }) => {
        const part = limit === undefined ? undefined : { around, limit: Number(limit) };
        const thread = visibleThread(await reader.thread(caller.scope, params['id'] ?? '', caller.onlyUser, part), caller);
        if (!thread) throw await goneThread(caller, params['id'] ?? '');
        const [own] = await shown([thread], caller);
        return { status: 200, json: { ...own, requests: thread.requests.map(linked) } };
      },
    },
    {
      method: 'get',
      path: '/v1/requests/:id',
      permission,
      summary: 'One request and the decision on it',
      success: { status: 200, description: 'The request', schema: REQUEST },
      errors: ['not_found'],
      handle: async ({ caller, params }) => {
        const request = await reader.request(caller.scope, params['id'] ?? '', caller.onlyUser);
        if (!request || !isOwn(request, caller)) throw new ClewError('not_found');
        return { status: 200, json: linked(request) };
      },
    },
  ];
}

function filterOf(query: ApiRequest['query']) {
  return {
    topic: query['topic'],
    session: query['session'],
    position: query['position'] as Position | undefined,
    model: query['model'],
    minTurns: query['minTurns'] === undefined ? undefined : Number(query['minTurns']),
    outcome: query['outcome'] as ThreadSummary['outcome'] | undefined,
    breakdown: query['breakdown'] as ThreadFilter['breakdown'],
    fromMs: timeParameter(query['from']),
    toMs: timeParameter(query['to']),
  };
}

const isOwn = (request: RequestView, { onlyUser }: Caller): boolean => onlyUser === undefined || request.user === onlyUser;

/** Whose threads to list; null where the caller asks for another person's. */
function userOf({ onlyUser }: Caller, asked: string | undefined): string | undefined | null {
  if (onlyUser === undefined) return asked;
  return asked === undefined || asked === onlyUser ? onlyUser : null;
}

/**
 * A topic is made of many people's words, its label too: who may see one person's threads is not told it, and nobody is told
 * the label of one that few people talk about.
 */
function withoutOthers<T extends ThreadSummary>(thread: T, { onlyUser }: Caller, names: ReadonlyMap<string, string> | undefined): T {
  const { topic } = thread;
  if (topic === null) return thread;
  return { ...thread, topic: onlyUser === undefined ? { id: topic.id, label: names?.get(topic.id) ?? null } : null };
}

/** A thread that several users share shows each of them their own requests only. */
function visibleThread(thread: ThreadDetail | undefined, caller: Caller): ThreadDetail | undefined {
  if (!thread || caller.onlyUser === undefined) return thread;
  const requests = thread.requests.filter((request) => isOwn(request, caller));
  return requests.length > 0 && thread.user === caller.onlyUser ? { ...thread, requests } : undefined;
}

const timeParameter = (value: string | undefined): number | undefined => (value === undefined ? undefined : timeOf(value));
