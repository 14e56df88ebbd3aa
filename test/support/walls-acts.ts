// What else the people of a place do: holds, deploys, feedback, reveals, and repairs with ids of other places, which must find
// nothing there. The marks in reasons and comments show whatever crosses.
import fc from 'fast-check';
import { expect } from 'vitest';

export interface Act {
  readonly kind: 'act';
  readonly name: 'deploy' | 'feedback' | 'hold' | 'reveal' | 'repair';
  readonly place: number;
  readonly target: number;
  readonly user: number;
}

export const actOf = (place: fc.Arbitrary<number>, user: fc.Arbitrary<number>): fc.Arbitrary<Act> =>
  fc.record({
    kind: fc.constant('act' as const),
    name: fc.constantFrom('deploy', 'feedback', 'hold', 'reveal', 'repair'),
    place,
    target: place,
    user,
  });

/** What the acts need of the world in which they happen. */
export interface ActWorld {
  readonly users: readonly string[];
  token(place: number, role: string): string;
  canary(place: number, who: number | 'place'): string;
  ask(method: string, url: string, token: string, body?: object): Promise<{ readonly status: number; readonly json: unknown }>;
  settled(): Promise<void>;
}

export async function perform(world: ActWorld, act: Act): Promise<void> {
  await ACTS[act.name](world, act);
}

const ACTS: Readonly<Record<Act['name'], (world: ActWorld, act: Act) => Promise<void>>> = {
  async deploy(world, { place }) {
    const { status } = await world.ask('POST', '/v1/deploys', world.token(place, 'alerting'), { service: world.canary(place, 'place') });
    expect(status).toBe(202);
  },
  async feedback(world, { place, user }) {
    const items = [{ requestId: 'r-0', kind: 'comment', value: `Noted by ${world.canary(place, user)}` }];
    expect((await world.ask('POST', '/v1/feedback', world.token(place, `user/${user}`), items)).status).toBe(202);
  },
  /** A hold is seen, heeded and lifted where it was placed, and nowhere else. */
  async hold(world, { place, target, user }) {
    await world.settled();
    const who = world.users[user] ?? '';
    const reason = `case of ${world.canary(place, 'place')}`;
    const admin = world.token(place, 'admin');
    const placed = await world.ask('POST', '/v1/holds', admin, { kind: 'user', id: who, reason });
    expect(placed.status).toBe(201);
    const { id } = placed.json as { id: string };
    if (place !== target) {
      const foreign = world.token(target, 'admin');
      expect(JSON.stringify((await world.ask('GET', '/v1/holds', foreign)).json)).not.toContain(id);
      expect((await world.ask('POST', `/v1/holds/${id}/lift`, foreign, { reason: 'not ours to lift' })).status).toBe(404);
    }
    expect((await world.ask('DELETE', `/v1/users/${who}`, admin)).status).toBe(409);
    expect((await world.ask('POST', `/v1/holds/${id}/lift`, admin, { reason })).status).toBe(204);
  },
  /** Attempts stand in the log of the place that made them. */
  async reveal(world, { place, user }) {
    const body = { requestId: 'r-0', reason: `asked by ${world.canary(place, 'place')}` };
    expect((await world.ask('POST', '/v1/reveal', world.token(place, 'revealer'), body)).status).toBe(404);
    expect((await world.ask('POST', '/v1/reveal', world.token(place, `user/${user}`), body)).status).toBe(403);
  },
  async repair(world, { place, target }) {
    await world.settled();
    const [own, foreign] = await Promise.all([threadsOf(world, place), threadsOf(world, target)]);
    const [mine = 'none'] = own;
    const [theirs] = foreign;
    if (place === target || theirs === undefined) return;
    const engineer = world.token(place, 'engineer');
    const reason = 'they belong together';
    for (const [url, body] of [
      [`/v1/threads/${theirs}/merge`, { into: mine, reason }],
      [`/v1/threads/${mine}/merge`, { into: theirs, reason }],
      [`/v1/threads/${theirs}/split`, { requestIds: ['r-0'], reason }],
      [`/v1/requests/r-0/relink`, { threadId: theirs, reason }],
    ] as const) {
      expect((await world.ask('POST', url, engineer, body)).status, url).toBe(404);
    }
    const hold = { kind: 'thread', id: theirs, reason: `case of ${world.canary(place, 'place')}` };
    expect((await world.ask('POST', '/v1/holds', world.token(place, 'admin'), hold)).status).toBe(404);
  },
};

async function threadsOf(world: ActWorld, place: number): Promise<readonly string[]> {
  const { json } = await world.ask('GET', '/v1/threads', world.token(place, 'engineer'));
  return (json as { items: { id: string }[] }).items.map(({ id }) => id);
}

/** Lists and reports with what else can be asked of them. */
export const QUERIES: readonly string[] = [
  ...['model', 'route', 'service', 'consumer', 'principal', 'outcome', 'topic'].map((by) => `/v1/costs?by=${by}`),
  ...['graphml', 'cypher', 'nodes', 'relationships'].map((format) => `/v1/graph?texts=yes&format=${format}`),
  ...['p_ann', 'p_ben'].flatMap((user) => [`/v1/threads?user=${user}&limit=200`, `/v1/graph?user=${user}&texts=yes`]),
  '/v1/runs/changes?at=MOMENT',
  '/v1/audit?kind=reveal_refused',
  '/v1/audit?kind=hold_placed',
  '/v1/insights/sequences?minThreads=1',
  '/v1/calibrations/proposal',
  '/metrics',
];
