// Runs, topics and alerts in the shapes of the API, from memory. page-real.test.ts shows those of the real control plane.
import type { AlertChange, Finding } from '../../control-plane/src/alerts/index.ts';
import { PROVENANCE } from '../../control-plane/src/identity/views.ts';
import { ClewError, type Route } from '../../control-plane/src/kernel/index.ts';
import { identityRoutes } from './page-identity.ts';

const NOW = Date.now();
const digest = (text: string): string => text.padEnd(64, '0');
const at = (agoMs: number): string => new Date(NOW - agoMs).toISOString();

type Json = Readonly<Record<string, unknown>>;

function run(index: number, given: { readonly model?: Json; readonly parameters?: Json } = {}): Json & { readonly id: string } {
  const id = String(index).padStart(32, 'e');
  const model = given.model ?? { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body', fingerprint: 'fp_3df5a7' };
  return {
    id,
    requestId: 'thr_rota-4',
    thread: 'thr_rota',
    at: at(index * 60_000),
    model: { requested: null, executed: null, ...model },
    digest: digest(`d${index}`),
    verdict: index === 2 ? 'drifted' : 'undeclared',
    manifest: index === 2 ? { name: 'rota', revision: '3' } : null,
    differences: index === 2 ? 1 : 0,
    proof: index > 60 ? null : { by: index === 3 ? 'control-plane' : 'gateway', keyId: digest('5'), index: 4_000 - index },
    deviations:
      index === 2
        ? [{ path: '/model/executed', kind: 'unexpected', expected: ['gpt-4o-2024-08-06'], found: 'gpt-4o-mini-2024-07-18' }]
        : [],
    checked: index === 2 ? ['models', 'instructions'] : [],
    before: index === 70 ? null : String(index + 1).padStart(32, 'e'),
    truncation: { dropped: 6, kind: 'truncated' },
    provenance: PROVENANCE,
    traceId: digest('7').slice(0, 32),
    record: {
      version: 1,
      runId: id,
      dialect: 'openai.chat',
      model,
      parameters: given.parameters ?? { temperature: 0.3, stop: ['END'] },
      composition: {
        instructions: [
          {
            digest: digest('a1'),
            salted: true,
            length: 277,
            role: 'system',
            template: {
              digest: digest('a2'),
              manifest: 'rota',
              variables: [{ name: 'team', digest: digest('a3'), salted: true, length: 6 }],
            },
          },
        ],
        retrieval: {
          selected: [{ digest: digest('c2'), salted: true, length: 5, source: 'handbook', score: 0.83 }],
          discarded: [{ digest: digest('c3'), salted: true, length: 5, score: 0.41 }],
        },
        routing: { digest: digest('e1'), length: 512 },
        variant: 'prompt-b',
        declared: { set: digest('ab12'), manifests: ['rota'] },
        tools: [{ digest: digest('b1'), length: 512, name: 'find_shift' }],
        context: [{ digest: digest('c1'), salted: true, length: 1380, source: 'handbook' }],
        input: { digest: digest('f1'), salted: true, length: 84 },
        output: { digest: digest('f2'), salted: true, length: 640 },
        attempts: [{ model: 'gpt-4o', status: 429, reason: 'rate limit' }, { model: 'gpt-4o' }],
      },
      history: { length: 5, chain: digest('9'), truncated: true },
    },
  };
}

const RUNS = [
  run(1),
  run(2, {
    model: { requested: 'gpt-4o', executed: 'gpt-4o-mini-2024-07-18', evidence: 'response_body' },
    parameters: { temperature: 0.9 },
  }),
  ...Array.from({ length: 68 }, (_, index) => run(index + 3, { model: { requested: 'mistral-large', evidence: 'unknown' } })),
];
export const RUN_IDS: readonly string[] = RUNS.map(({ id }) => id);

const answered = (one: Json & { readonly id: string }, question: string | undefined) => ({
  id: one.id,
  at: one['at'],
  thread: one['thread'],
  answer: one.id === RUN_IDS[1] ? 'no' : 'unknown',
  why: `About ${question ?? ''}.`,
  differences: one.id === RUN_IDS[1] ? (one['deviations'] as readonly Json[]) : [],
});

/** Two pages, of which the first can be empty, as where no new run has the answer. */
const answersTo = (question: string | undefined, answer: string | undefined, cursor: string | undefined) =>
  RUNS.slice(...(cursor === undefined ? [0, 1] : [1, 12]))
    .map((one) => answered(one, question))
    .filter((one) => answer === undefined || one.answer === answer);

const DIFFERENCES = [
  { path: '/composition/tools/0', kind: 'removed', a: { digest: digest('b1'), length: 512, name: 'find_shift' } },
  { path: '/model/executed', kind: 'changed', a: 'gpt-4o-2024-08-06', b: 'gpt-4o-mini-2024-07-18' },
  { path: '/parameters/temperature', kind: 'changed', a: 0.3, b: 0.9 },
];

const WORDS = [
  { kind: 'same', text: 'Plan the rota ' },
  { kind: 'removed', text: 'for a week' },
  { kind: 'added', text: 'for a month' },
];

const DAYS = Array.from({ length: 14 }, (_, day) => `2026-11-${String(day + 7).padStart(2, '0')}`);
const LAST_DAYS = Array.from({ length: 28 }, (_, day) => new Date(Date.now() - (27 - day) * 86_400_000).toISOString().slice(0, 10));
const COURSE = {
  perDay: LAST_DAYS.map((day, index) => ({ day, users: 4 + index, unhappy: 2 + (index % 3) })),
  unhappyShare: 0.31,
  correctionRate: 0.18,
  turnsToResolution: 2.4,
  trend: 'rising',
  gap: true,
};
const QUIET = {
  perDay: [{ day: LAST_DAYS[20], users: 5, unhappy: 0 }],
  unhappyShare: 0,
  correctionRate: 0,
  turnsToResolution: null,
  trend: null,
  gap: false,
};
const KITCHEN = { id: 'tg_1', label: 'kitchen, shop' };
const TOPICS = [
  { id: 'top_1', label: 'rota, shifts, nights', threads: 41, users: 12, lastAt: at(240_000), parent: KITCHEN, figures: COURSE },
  { id: 'top_2', label: 'oven, energy, seal', threads: 17, users: 7, lastAt: at(60_000), parent: KITCHEN, figures: QUIET },
  { id: 'top_4', label: '配方, 面包, 换算', threads: 6, users: 5, lastAt: at(3_000_000), parent: null, figures: null },
];
const PARENTS = [{ ...KITCHEN, threads: 58, users: 15, lastAt: at(60_000), parent: null, figures: null }];
const TOPIC_CHANGES = [
  { id: 'tc_2', at: at(7_200_000), kind: 'merge', from: 'top_3', to: 'top_1', label: 'rota, shifts, nights', threads: 9 },
  { id: 'tc_1', at: at(90_000_000), kind: 'split', from: 'top_1', to: 'top_2', label: 'oven, energy, seal', threads: 17 },
];

const RELEASED = {
  figures: 'released',
  next: null,
  days: DAYS,
  refused: ['2026-11-06'],
  minUsers: 5,
  threshold: 12,
  budget: { epsilonPerDay: 1, epsilonPerQuietDay: 0.1, delta: 1e-6, spent: 14, of: 31 },
  items: [
    {
      id: 'top_1',
      label: 'rota, shifts, nights',
      users: 412,
      unhappyShare: 0.31,
      correctionRate: 0.12,
      turnsToResolution: 3.1,
      perDay: DAYS.map((day, index) => ({ day, users: 20 + index * 2, unhappy: 6 })),
      trend: 'rising',
      gap: true,
    },
    {
      id: 'top_2',
      label: '',
      users: 96,
      unhappyShare: 0.08,
      correctionRate: null,
      turnsToResolution: null,
      perDay: [{ day: DAYS[3], users: 96, unhappy: 8 }],
      trend: null,
      gap: false,
    },
  ],
};

const ALERT = {
  id: 'al_oven',
  status: 'firing',
  name: 'AnswersFail',
  labels: { alertname: 'AnswersFail', severity: 'page' },
  startsAt: at(900_000),
  endsAt: null,
  receivedAt: at(890_000),
};
const FINDINGS: readonly Finding[] = [
  {
    dimension: 'topic',
    value: 'top_2',
    kind: 'both',
    inIncident: 90,
    inBaseline: 60,
    people: 41,
    lift: 8.96,
    pValue: 1e-12,
    qValue: 2e-11,
    share: { incident: 0.45, baseline: 0.05 },
    effect: { metric: 'errors', inside: { incident: 0.31, baseline: 0.02 }, outside: { incident: 0.02, baseline: 0.02 }, pValue: 1e-9 },
    explainedBy: null,
  },
  {
    dimension: 'model',
    value: 'gpt-4o-2024-08-06',
    kind: 'share',
    inIncident: 150,
    inBaseline: 400,
    people: 60,
    lift: 2.25,
    pValue: 0.0004,
    qValue: 0.004,
    share: { incident: 0.75, baseline: 0.33 },
    effect: null,
    explainedBy: { dimension: 'topic', value: 'top_2' },
  },
  {
    dimension: 'route',
    value: 'agent',
    kind: 'effect',
    inIncident: 20,
    inBaseline: 240,
    people: 9,
    lift: 0.51,
    pValue: 0.012,
    qValue: 0.04,
    share: { incident: 0.1, baseline: 0.2 },
    effect: { metric: 'errors', inside: { incident: 0.4, baseline: 0.1 }, outside: { incident: 0.02, baseline: 0.02 }, pValue: 0.012 },
    explainedBy: null,
  },
];

const SHOWN = FINDINGS.map((finding, place) => ({
  id: `${finding.dimension}:${finding.value}`,
  ...finding,
  label: finding.dimension === 'topic' ? 'oven, repair, warranty' : null,
  lastAt: null,
  threads: place === 0 ? ['thr_rota', 'thr_agent'] : [],
}));
const LISTED = [
  { ...ALERT, findings: SHOWN.length, first: SHOWN[0] },
  { ...ALERT, id: 'al_done', name: 'SlowAnswers', status: 'resolved', endsAt: at(100_000), findings: 0, first: null },
];
const CHANGES: readonly (Omit<AlertChange, 'atMs'> & { readonly at: string | null })[] = [
  { kind: 'deploy', what: 'shop', value: 'v42', how: 'took effect', at: at(1_200_000), share: null, example: null },
  { kind: 'policy', what: 'policy', value: 'version 7', how: 'took effect', at: at(4_000_000), share: null, example: null },
  {
    kind: 'model',
    what: '/model/executed',
    value: 'gpt-4o-mini-2024-07-18',
    how: 'appeared',
    at: at(890_000),
    share: { before: 0, after: 0.66 },
    example: { a: RUN_IDS[0] ?? '', b: RUN_IDS[1] ?? '' },
  },
  {
    kind: 'prompt',
    what: '/composition/instructions/0',
    value: `template ${digest('77aa')}`,
    how: 'more',
    at: at(890_000),
    share: { before: 0.2, after: 0.9 },
    example: null,
  },
];

function find<T extends { readonly id: string }>(all: readonly T[], id: string | undefined): T {
  const found = all.find((one) => one.id === id);
  if (found === undefined) throw new ClewError('not_found');
  return found;
}

const route = (path: string, answer: (query: Readonly<Record<string, string | undefined>>, id: string | undefined) => unknown): Route => ({
  method: 'get',
  path,
  permission: `${path.split('/')[2] ?? ''}:read`,
  summary: 'From memory',
  query: ['figures', 'topic', 'status', 'verdict', 'model', 'from', 'cursor', 'limit', 'a', 'b', 'question', 'run', 'answer'].map(
    (name) => ({
      name,
      description: name,
      schema: { type: 'string' },
    }),
  ),
  success: { status: 200, description: 'From memory' },
  handle: ({ query, params }) => Promise.resolve({ status: 200, json: answer(query, params['id']) }),
});

/** `isEmpty`: the rooms as a new installation has them. */
export function roomRoutes(isEmpty = false): readonly Route[] {
  const some = <T>(items: readonly T[]): readonly T[] => (isEmpty ? [] : items);
  return [
    ...identityRoutes(isEmpty),
    route('/v1/runs', ({ verdict, cursor = '0', limit = '50' }) => {
      const matching = some(RUNS).filter((one) => verdict === undefined || one['verdict'] === verdict);
      const end = Number(cursor) + Number(limit);
      return { items: matching.slice(Number(cursor), end), next: end < matching.length ? String(end) : null };
    }),
    route('/v1/runs/diff', ({ a, b }) => {
      const side = (id: string | undefined): Json => ({ id, digest: find(RUNS, id)['digest'] });
      return {
        a: side(a),
        b: side(b),
        differences: a === b ? [] : DIFFERENCES,
        texts: a === b ? {} : { prompt: WORDS },
        templates: [],
        tools:
          a === b
            ? []
            : [
                {
                  path: '/composition/tools/1/digest',
                  name: 'find_shift',
                  differences: [{ path: '/parameters/properties/day/type', kind: 'changed', a: 'string', b: 'integer' }],
                },
              ],
      };
    }),
    route('/v1/runs/answers', ({ question, run: id, answer, cursor }) =>
      id === undefined
        ? { items: some(answersTo(question, answer, cursor)), next: cursor === undefined && !isEmpty ? 'more' : null }
        : { items: [answered(find(RUNS, id), question)], next: null },
    ),
    route('/v1/runs/:id', (_query, id) => find(RUNS, id)),
    route('/v1/runs/:id/bundle', (_query, id) => ({ envelope: { payload: id }, proof: 'c2sp.org/tlog-proof@v1' })),
    route('/v1/topics', ({ figures }) =>
      figures === 'released'
        ? { ...RELEASED, items: some(RELEASED.items) }
        : { items: some(TOPICS), parents: some(PARENTS), next: null, minUsers: 5, figures: 'exact' },
    ),
    route('/v1/topics/changes', ({ topic }) => ({
      items: TOPIC_CHANGES.filter(({ from, to }) => [from, to].includes(topic ?? '')),
      next: null,
    })),
    route('/v1/topics/:id', ({ figures }, id) => (figures === 'released' ? find(RELEASED.items, id) : find([...TOPICS, ...PARENTS], id))),
    route('/v1/alerts', ({ status, cursor }) =>
      cursor === undefined
        ? { items: some(LISTED).filter((one) => status === undefined || one.status === status), next: isEmpty || status ? null : 'more' }
        : { items: [{ ...LISTED[1], id: 'al_old', name: 'OldAlert' }], next: null },
    ),
    route('/v1/alerts/:id', (_query, id) => ({
      ...find([ALERT], id),
      explainedAt: at(20_000),
      metric: 'errors',
      window: { from: at(900_000), to: at(0) },
      baseline: { from: at(6_300_000), to: at(900_000) },
      dayBefore: null,
      requests: 200,
      baselineRequests: 1200,
      isCapped: false,
      findings: SHOWN,
      changes: CHANGES,
      posts: [
        {
          id: 'msg_1',
          host: 'hooks.example.com',
          state: 'delivered',
          reason: null,
          attempts: 0,
          createdAt: at(80_000),
          settledAt: at(79_000),
        },
        {
          id: 'msg_2',
          host: 'chat.example.org',
          state: 'dropped',
          reason: 'unreachable',
          attempts: 5,
          createdAt: at(80_000),
          settledAt: at(9_000),
        },
      ],
    })),
  ];
}
