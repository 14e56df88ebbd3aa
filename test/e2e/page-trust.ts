// How threads went, what works, how right the linker is, and repairs: in the shapes of the API, from memory.
import { ClewError, type Route } from '../../control-plane/src/kernel/index.ts';
import type { ThreadDetail } from '../../control-plane/src/threads/index.ts';

type Json = Readonly<Record<string, unknown>>;
const NO_COUNTS = { pronoun: 0, implicit_subject: 0, elaboration: 0, correction: 0, refinement: 0, repeat: 0 };

const answer = (path: string, permission: string, read: (query: Json, id: string) => unknown): Route => ({
  method: 'get',
  path,
  permission,
  summary: 'From memory',
  query: ['from', 'to', 'minThreads', 'thread', 'limit', 'by', 'a', 'b', 'model'].map((name) => ({
    name,
    description: name,
    schema: { type: 'string' },
  })),
  success: { status: 200, description: 'From memory' },
  handle: ({ query, params }) => Promise.resolve({ status: 200, json: read(query, params['id'] ?? '') }),
});

const act = (path: string, permission: string, make: (id: string, body: Json) => unknown): Route => ({
  method: 'post',
  path,
  permission,
  summary: 'From memory',
  body: { kind: 'json', content: { 'application/json': { type: 'object' } } },
  success: { status: 201, description: 'From memory' },
  handle: ({ params, body }) => Promise.resolve({ status: 201, json: make(params['id'] ?? '', body as Json) }),
});

/** A thread's course as its requests have it; its judgements are made up. */
function insightOf(thread: ThreadDetail): Json {
  const turns = thread.requests.filter((request) => (request.call?.kind ?? 'turn') === 'turn');
  const course = turns.map((request, index) => ({
    turn: index + 1,
    requestId: request.id,
    at: request.at,
    intent: request.intent,
    followUp: request.followUp,
    position: request.position,
    models: [request.model?.executed ?? ''],
    calls: 1,
    inputTokens: 10,
    outputTokens: 20,
    costUsd: null,
    outcome: request.status?.outcome ?? null,
    durationMs: 1200,
    up: 0,
    down: 0,
  }));
  const segments: { intent: string; fromTurn: number; toTurn: number }[] = [];
  for (const { intent, turn } of course) {
    const last = segments.at(-1);
    if (last?.intent === intent) last.toTurn = turn;
    else segments.push({ intent, fromTurn: turn, toTurn: turn });
  }
  const counts = { information_seeking: 0, task_execution: 0, conversation_management: 0, error_recovery: 0 };
  for (const { intent } of course) counts[intent] += 1;
  const followUps = { ...NO_COUNTS };
  for (const { followUp } of course) if (followUp !== null) followUps[followUp] += 1;
  const isBad = thread.outcome === 'corrected' || thread.outcome === 'failed';
  const blocked = turns.find((request) => request.status?.outcome === 'blocked');
  return {
    id: thread.id,
    durationMs: thread.durationMs,
    turns: thread.turns,
    calls: thread.calls,
    topicWords: ['rota', 'nights', 'shifts'],
    course,
    intents: { counts, course: segments },
    followUps: { counts: followUps },
    models: thread.models.map((model) => ({ model, calls: 3, inputTokens: 1_200, outputTokens: 340, costUsd: 0.004 })),
    cost: { usd: 0.004, pricedCalls: thread.calls, unpricedCalls: 1, inputTokens: 1, outputTokens: 2 },
    satisfaction: {
      verdict: isBad ? 'unsatisfied' : 'satisfied',
      score: isBad ? 0.21 : 0.84,
      signals: isBad
        ? [
            {
              signal: 'repeated_correction',
              weight: -1.6,
              text: 'The user corrected the answer twice.',
              requestIds: [`${thread.id}-4`, `${thread.id}-5`],
            },
            { signal: 'thumbs_up', weight: 0.5, text: 'One answer got a thumb up.', requestIds: [`${thread.id}-1`] },
          ]
        : [],
    },
    quality: {
      score: isBad ? 0.38 : null,
      formula: 'sum(weight × value) / sum(weight)',
      parts: isBad
        ? [
            { part: 'evaluators', value: 0.42, weight: 3, count: 2, text: 'Mean of what evaluators scored, on a scale from 0 to 1.' },
            { part: 'satisfaction', value: 0.21, weight: 2, count: 2, text: 'What the course of the thread tells.' },
            { part: 'reliability', value: 1, weight: 1, count: 6, text: 'No call failed.' },
          ]
        : [],
      evaluators: isBad ? [{ name: 'groundedness', mean: 0.42, count: 2, worst: 0, best: 1, value: 0.42 }] : [],
    },
    breakdown:
      thread.breakdown === null
        ? null
        : {
            requestId: thread.breakdown.requestId,
            turn: 4,
            kind: thread.breakdown.kind,
            evidence: [{ code: 'history_truncated', text: 'The client no longer sent 4 earlier messages.' }],
            turnsAfter: 2,
            recoveredAt: null,
          },
    guardrails: {
      blocks: blocked === undefined ? 0 : 1,
      rephrasedUntilPassed: blocked !== undefined,
      incidents:
        blocked === undefined
          ? []
          : [
              {
                requestId: blocked.id,
                turn: 2,
                guardrails: ['no-doxxing'],
                path: [{ requestId: `${thread.id}-1`, turn: 1, intent: 'task_execution', followUp: null, outcome: 'ok' }],
                attempts: [{ requestId: blocked.id, turn: 3, isBlocked: false, similarity: 0.83, evidence: 'similar_prompt' }],
                result: 'passed',
              },
            ],
    },
  };
}

const share = (threads: number, succeeded: number, low: number, high: number): Json => ({
  threads,
  users: Math.ceil(threads / 2),
  succeeded,
  share: succeeded / threads,
  low,
  high,
});

const SEQUENCES: Json = {
  from: '2026-10-22T00:00:00Z',
  to: '2026-11-21T00:00:00Z',
  threads: 120,
  openThreads: 4,
  isCapped: false,
  minThreads: 5,
  suppressed: 7,
  outcomes: { completed: 80, corrected: 12, abandoned: 20, failed: 8, open: 4 },
  baseline: share(120, 92, 0.68, 0.83),
  items: [
    { id: 'refinement', sequence: ['refinement'], ...share(60, 56, 0.84, 0.97), lift: 1.22, isSmall: false, differs: 'better' },
    {
      id: 'correction>refinement',
      sequence: ['correction', 'refinement'],
      ...share(14, 11, 0.52, 0.92),
      lift: 1.02,
      isSmall: true,
      differs: null,
    },
    { id: 'repeat>repeat', sequence: ['repeat', 'repeat'], ...share(24, 7, 0.15, 0.49), lift: 0.38, isSmall: false, differs: 'worse' },
  ],
  next: null,
  repairs: [
    {
      id: 'correction:refinement',
      trouble: 'correction',
      move: 'refinement',
      otherModel: false,
      ...share(14, 11, 0.52, 0.92),
      isSmall: true,
    },
    { id: 'correction:left', trouble: 'correction', move: 'left', otherModel: false, ...share(22, 0, 0, 0.15), isSmall: false },
    { id: 'blocked:self_contained', trouble: 'blocked', move: 'self_contained', otherModel: true, ...share(6, 2, 0.1, 0.7), isSmall: true },
  ],
};

const rate = (value: number, low: number, high: number): Json => ({ value, low, high });
const figures = (n: number, precision: Json, recall: Json): Json => ({
  n,
  trueJoin: Math.round(n * 0.5),
  falseJoin: 2,
  missedJoin: 3,
  trueNew: Math.round(n * 0.4),
  falseNew: 5,
  beyondReach: 4,
  precision,
  recall,
  people: 14,
});
const NOTHING = { value: null, low: null, high: null };

const accuracy = (version: number | null): Json => ({
  from: '2026-10-22T00:00:00Z',
  to: '2026-11-21T00:00:00Z',
  all: figures(412, rate(0.962, 0.93, 0.98), rate(0.91, 0.87, 0.94)),
  byEvidence: {
    declared: figures(300, rate(0.97, 0.94, 0.985), rate(0.92, 0.88, 0.95)),
    history: figures(112, rate(0.94, 0.87, 0.97), rate(0.88, 0.8, 0.93)),
  },
  corrections: figures(0, NOTHING, NOTHING),
  days: Array.from({ length: 12 }, (_, day) => ({
    day: `2026-11-${String(day + 9).padStart(2, '0')}`,
    n: 30 + day,
    precision: day === 5 ? null : 0.9 + 0.08 * Math.sin(day),
    recall: 0.85 + 0.08 * Math.cos(day),
  })),
  reliability: Array.from({ length: 10 }, (_, bin) => ({
    from: bin / 10,
    to: (bin + 1) / 10,
    n: bin < 3 ? 0 : (bin - 2) * 14,
    stated: bin < 3 ? null : bin / 10 + 0.05,
    right: bin < 3 ? null : Math.min(1, bin / 10 + 0.02 + 0.04 * (bin % 2)),
  })),
  ece: 0.031,
  calibration: { version, since: version === null ? null : '2026-11-20T10:00:00Z' },
});

const TIME = { scale: 1, newest: 0.2, older: 0, newestPerLogGap: 0, olderPerLogGap: 0 };
const tuning = (joinFrom: number): Json => ({ joinFrom, confidence: { slope: 0.9, offset: 0.1 }, time: TIME });
const outcome = (precision: number, recall: number, ece: number): Json => ({
  precision,
  recall,
  f1: 0.93,
  bCubed: { precision, recall, f1: 0.91 },
  ece,
  joins: 60,
  falseJoins: Math.round((1 - precision) * 60),
});
const PREVIEW = {
  learnedFrom: { n: 238, from: '2026-10-22T00:00:00Z', to: '2026-11-10T00:00:00Z' },
  heldOut: { n: 102, from: '2026-11-10T00:00:00Z', to: '2026-11-21T00:00:00Z' },
  before: outcome(0.95, 0.9, 0.06),
  after: outcome(0.97, 0.9, 0.03),
};

const tokens = { inputTokens: 120_000, outputTokens: 34_000 };
const costDays = (usd: number): readonly Json[] => [
  { day: '2026-03-01', requests: 40, costUsd: usd * 0.2 },
  { day: '2026-03-02', requests: 60, costUsd: usd * 0.3 },
  { day: '2026-03-05', requests: 90, costUsd: usd * 0.5 },
];
const costed = (id: string, requests: number, priced: number, costUsd: number, label: string | null = null): Json => ({
  id,
  label,
  requests,
  priced,
  costUsd,
  ...tokens,
  estimate: { requests: requests * 2, costUsd: costUsd * 2, standardErrorUsd: costUsd / 10 },
  perDay: costDays(costUsd),
});
const costsBy = (by: unknown): Json => ({
  items:
    by === 'topic'
      ? [costed('top_1', 420, 420, 3.1, 'rota, shifts, nights'), costed('unknown', 12, 0, 0)]
      : [costed('gpt-4o-2024-08-06', 420, 420, 3.1), costed('gpt-4o-mini-2024-07-18', 900, 900, 0.4), costed('unknown', 12, 0, 0)],
  total: costed('', 1_332, 1_320, 3.5),
  rest: { groups: 0, requests: 0, costUsd: 0 },
});
const changesOf = (model: unknown): Json => ({
  model,
  threads: 214,
  all: [
    {
      ...{ measure: 'answerTokens', unit: 'tokens', better: 'lower', at: '2026-03-03T08:00:00.000Z' },
      ...{ before: 210, after: 390, nBefore: 120, nAfter: 94, p: 0.001 },
    },
  ],
  completed: [
    {
      ...{ measure: 'repetition', unit: 'share', better: 'lower', at: '2026-03-03T08:00:00.000Z' },
      ...{ before: 0.02, after: 0.09, nBefore: 80, nAfter: 61, p: 0.004 },
    },
  ],
});

const compared = (a: number, b: number, half: number, p: number): Json => ({
  a,
  b,
  nA: 61,
  nB: 58,
  clusters: 40,
  difference: b - a,
  interval: [b - a - half, b - a + half],
  p,
});

const comparisonOf = (a: string, b: string): Json => ({
  a: { model: a, threads: 80, people: 22, matched: 61 },
  b: { model: b, threads: 74, people: 20, matched: 58 },
  enough: true,
  leftOut: { mixed: 6, withoutTopic: 11 },
  measures: [
    { name: 'firstAnswer', unit: 'share', better: 'higher', means: 'right', figures: compared(0.82, 0.66, 0.09, 0.0004), holds: true },
    { name: 'turns', unit: 'turns', better: 'lower', means: 'user turns', figures: compared(3.1, 3.3, 0.6, 0.41), holds: false },
    { name: 'costUsd', unit: 'USD', better: 'lower', means: 'cost', figures: compared(0.0074, 0.0004, 0.001, 1e-9), holds: true },
    { name: 'repetition', unit: 'share', better: 'lower', means: 'repetition', figures: null, holds: false },
  ],
  topics: [{ id: 'top_1', label: 'rota, shifts, nights', threadsA: 31, threadsB: 29, firstAnswerA: 0.84, firstAnswerB: 0.62 }],
  heldBack: 2,
  examples: [
    {
      topic: 'rota, shifts, nights',
      similarity: 0.91,
      a: { threadId: 'thr_rota', requestId: 'thr_rota-1', prompt: 'Who covers the night shift on Friday?' },
      b: { threadId: 'thr_agent', requestId: 'thr_agent-1', prompt: null },
    },
  ],
});

export interface TrustWorld {
  readonly threads: readonly ThreadDetail[];
  readonly isEmpty?: boolean;
}

/** Repairs are kept and told; the threads stay as they are. */
export function trustRoutes({ threads, isEmpty = false }: TrustWorld): readonly Route[] {
  const calibrations: Json[] = [];
  const repairs: Record<string, unknown>[] = [];
  const threadOf = (id: string): ThreadDetail => {
    const found = threads.find((one) => one.id === id);
    if (found === undefined) throw new ClewError('not_found');
    return found;
  };
  const made = (kind: string, from: string, into: string, body: Json): Json => {
    const repair = {
      id: `rep_${repairs.length + 1}`,
      kind,
      at: new Date().toISOString(),
      by: 'tester',
      reason: body['reason'] ?? null,
      user: 'usr',
      from: [from],
      into,
      requests: [],
      moved: 3,
      state: 'applied',
      undoneAt: null,
      undoneBy: null,
      contradictions: [],
    };
    repairs.unshift(repair);
    return repair;
  };
  return [
    answer('/v1/threads/:id/insight', 'threads:read', (_query, id) => insightOf(threadOf(id))),
    {
      ...answer('/readyz', '', () => ({ status: 'ok', parts: { store: 'ok', models: 'ok', weaviate: 'does not answer' } })),
      permission: null,
    },
    answer('/v1/costs', 'reports:read', ({ by }) => (isEmpty ? { ...costsBy(by), items: [] } : costsBy(by))),
    answer('/v1/compare/changes', 'reports:read', ({ model }) => changesOf(model)),
    answer('/v1/compare', 'reports:read', ({ a, b }) => comparisonOf(String(a), String(b))),
    answer('/v1/insights/sequences', 'metrics:read', () =>
      isEmpty ? { ...SEQUENCES, threads: 0, openThreads: 2, items: [], repairs: [], suppressed: 0 } : SEQUENCES,
    ),
    answer('/v1/accuracy', 'metrics:read', () =>
      isEmpty
        ? { ...accuracy(null), all: figures(0, NOTHING, NOTHING), days: [], reliability: [], ece: null }
        : accuracy(calibrations.length || null),
    ),
    answer('/v1/calibrations', 'metrics:read', () => ({
      items: calibrations.toReversed(),
      next: null,
      active: calibrations.at(-1) ?? null,
    })),
    answer('/v1/calibrations/proposal', 'metrics:read', () => ({
      state: isEmpty ? 'too_little' : 'proposed',
      explanation: isEmpty ? 'There is too little evidence yet.' : 'Own traffic proposes a higher threshold.',
      needs: { judged: 200, joins: 50, beginnings: 30 },
      has: { judged: isEmpty ? 3 : 340, joins: isEmpty ? 2 : 210, beginnings: isEmpty ? 1 : 130, corrections: 4 },
      tuning: isEmpty ? null : tuning(0.62),
      current: tuning(0.58),
      preview: isEmpty ? null : PREVIEW,
    })),
    act('/v1/calibrations', 'policies:write', (_id, { action }) => {
      const version = calibrations.length + 1;
      const one = { id: String(version), version, action, at: new Date().toISOString(), by: 'tester', tuning: tuning(0.62), active: true };
      calibrations.push({ ...one, preview: PREVIEW, revertedTo: action === 'revert' ? 0 : null });
      return one;
    }),
    answer('/v1/repairs', 'threads:write', ({ thread }) => ({
      items: repairs.filter(({ from, into }) => into === thread || (from as string[]).includes(String(thread))),
      next: null,
    })),
    act('/v1/repairs/:id/undo', 'threads:write', (id) => {
      const found = repairs.find((one) => one['id'] === id);
      if (found === undefined) throw new ClewError('not_found');
      return Object.assign(found, { state: 'undone', undoneAt: new Date().toISOString(), undoneBy: 'tester' });
    }),
    act('/v1/threads/:id/merge', 'threads:write', (id, body) => made('merge', id, threadOf(String(body['into'])).id, body)),
    act('/v1/threads/:id/split', 'threads:write', (id, body) => {
      if (typeof body['fromRequestId'] !== 'string') throw new ClewError('invalid_body');
      return made('split', id, 'thr_agent', body);
    }),
    act('/v1/requests/:id/relink', 'threads:write', (id, body) => made('relink', id.replace(/-\d+$/, ''), String(body['threadId']), body)),
  ];
}
