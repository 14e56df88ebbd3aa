// Manifests, the log, questions and changes of runs in the shapes of the API, from memory.
import type { Route } from '../../control-plane/src/kernel/index.ts';

const DAY_MS = 86_400_000;
const digest = (text: string): string => text.padEnd(64, '0');
const at = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();
const dayAgo = (days: number): string => `${at(days * DAY_MS).slice(0, 10)}T00:00:00.000Z`;

const MANIFESTS = {
  set: digest('ab12'),
  signature: { payload: '' },
  next: null,
  items: [
    {
      id: 'rota',
      revision: '3',
      digest: digest('cd34'),
      manifest: {
        enforce: 'block',
        unjudged: 'refuse',
        match: { routes: ['chat', 'agent-*'] },
        instructions: [{}],
        models: [{ requested: 'gpt-4o' }],
        tools: { allowed: [{}, {}] },
      },
    },
    { id: 'bakery', revision: '2026-11-01', digest: digest('ef56'), manifest: { match: { headers: { 'x-team': ['bakery'] } } } },
  ],
};

/** Three weeks: more and more is covered, and of one manifest much drifts of late. */
const VERDICTS = Array.from({ length: 21 }, (_, index) => 20 - index).flatMap((days) => {
  const one = (manifest: string | null, revision: string | null, verdict: string, runs: number) =>
    runs === 0 ? [] : [{ id: `${manifest ?? '-'}${days}${verdict}`, manifest, revision, at: dayAgo(days), verdict, runs }];
  return [
    ...one('rota', days > 9 ? '2' : '3', 'matched', 60 + (20 - days) * 4),
    ...one('rota', days > 9 ? '2' : '3', 'drifted', days < 4 ? 40 - days * 8 : 1),
    ...one('old-kitchen', '1', 'matched', days > 12 ? 20 : 0),
    ...one(null, null, 'undeclared', days * 4),
  ];
});

const LOG = {
  origin: 'clew/5be21f90c7d34a11/default/default',
  vkey: 'clew/5be21f90c7d34a11/default/default+1a2b3c4d+AQ==',
  gatewayKey: '-----BEGIN PUBLIC KEY-----',
  size: 4_012,
  checkpointSize: 4_000,
  checkpointAt: at(3_000),
  root: 'sC5mtdtFXWT0Rs4cbZU3ahBmOjMGKvPaJYYYqmRqs0M=',
  signatures: ['clew/5be21f90c7d34a11/default/default', 'witness.example/w1'],
  witnesses: [
    { name: 'witness.example/w1', at: at(2_000) },
    { name: 'another.example/w2', at: null },
    { name: 'third.example/w3', at: null, refused: 'larger_log' },
  ],
  missing: 3,
  lost: 41,
  notKept: 7,
  unknownEnd: 2,
  at: at(0),
};

const GAPS = {
  next: null,
  repeated: 0,
  unproven: 1,
  items: [
    { id: 'g1', epoch: '00112233445566aa', from: 812, to: 814, seenAt: at(3_600_000), kind: 'missing' },
    { id: 'g2', epoch: '00112233445566aa', from: 700, to: 740, seenAt: at(7_200_000), kind: 'lost', reason: 'queue_full' },
    { id: 'g3', epoch: '77889900aabbccdd', from: 12, to: 18, seenAt: at(9_000_000), kind: 'not_kept', reason: 'mode_off' },
    { id: 'g4', epoch: '77889900aabbccdd', from: 40, to: 41, seenAt: at(9_000_000), kind: 'unknown_end' },
  ],
  epochs: [
    {
      epoch: '00112233445566aa',
      keyId: digest('5'),
      runs: 968,
      end: 'open',
      stated: { runs: 1_012, passed: 240 },
      firstSeen: at(90_000_000),
      lastSeen: at(20_000),
    },
    { epoch: '77889900aabbccdd', keyId: null, runs: 33, end: 'unknown', stated: null, firstSeen: at(99_000_000), lastSeen: at(9_000_000) },
  ],
  refused: [{ reason: 'unknown_key', keyId: digest('9'), count: 12, firstAt: at(80_000_000), lastAt: at(70_000_000) }],
};

const KEYS = {
  next: null,
  items: [
    { id: digest('5'), name: 'kong-1', from: at(90_000_000), until: null, revokedAt: null, vouched: true, counts: true },
    { id: digest('6'), name: 'kong-0', from: at(990_000_000), until: null, revokedAt: at(90_000_000), vouched: false, counts: false },
  ],
};

const CHANGES = [
  {
    id: 'c1',
    path: '/composition/tools/find_shift',
    value: digest('b2'),
    kind: 'appeared',
    before: { runs: 0, share: 0 },
    after: { runs: 118, share: 0.82 },
    p: 1e-12,
    firstAt: at(890_000),
    example: { a: '1'.padStart(32, 'e'), b: '2'.padStart(32, 'e') },
  },
  {
    id: 'c2',
    path: '/model/executed',
    value: 'gpt-4o-2024-08-06',
    kind: 'less',
    before: { runs: 140, share: 0.97 },
    after: { runs: 60, share: 0.42 },
    p: 0.00031,
    firstAt: null,
    example: null,
  },
];

const QUERY = ['from', 'to', 'by', 'at', 'minutes', 'model'].map((name) => ({ name, description: name, schema: { type: 'string' } }));
const route = (path: string, answer: (query: Readonly<Record<string, string | undefined>>) => unknown): Route => ({
  method: 'get',
  path,
  permission: 'runs:read',
  summary: 'From memory',
  query: QUERY,
  success: { status: 200, description: 'From memory' },
  handle: ({ query }) => Promise.resolve({ status: 200, json: answer(query) }),
});

/** Before those of single runs, which would take their names for ids. */
export function identityRoutes(isEmpty: boolean): readonly Route[] {
  const some = <T>(items: readonly T[]): readonly T[] => (isEmpty ? [] : items);
  const none = { missing: 0, lost: 0, notKept: 0, unknownEnd: 0, size: 0, checkpointSize: null, checkpointAt: null, root: null };
  return [
    route('/v1/runs/verdicts', () => ({ items: some(VERDICTS), next: null })),
    route('/v1/runs/changes', ({ at: moment }) => ({
      at: moment,
      before: isEmpty ? 0 : 144,
      after: isEmpty ? 0 : 143,
      items: some(CHANGES),
      next: null,
    })),
    route('/v1/manifests', () => (isEmpty ? { items: [], next: null, set: digest('0') } : MANIFESTS)),
    route('/v1/log', () => (isEmpty ? { ...LOG, ...none, signatures: [], witnesses: [] } : LOG)),
    route('/v1/log/gaps', () => (isEmpty ? { ...GAPS, items: [], epochs: [], refused: [], unproven: 0 } : GAPS)),
    route('/v1/gateway-keys', () => (isEmpty ? { items: [], next: null } : KEYS)),
  ];
}
