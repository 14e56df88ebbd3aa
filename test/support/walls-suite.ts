// Random operations of several tenants, environments and people over the HTTP API, with the same ids, people, sessions, runs
// and words everywhere: afterwards each sees exactly its own. Every text carries a word that names its place and person.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect } from 'vitest';
import { actOf, perform, QUERIES, type Act } from './walls-acts.ts';
import { ADMIN_TOKEN, bearer, sample, startPlane, type TestPlane } from './control-plane.ts';

interface Place {
  readonly tenant: string;
  readonly environment: string;
}

type Operation =
  | Act
  | { readonly kind: 'post'; readonly place: number; readonly user: number; readonly session: number; readonly count: number }
  | { readonly kind: 'postElsewhere'; readonly place: number; readonly target: number; readonly user: number }
  | { readonly kind: 'erase'; readonly place: number; readonly user: number }
  | { readonly kind: 'alert'; readonly place: number; readonly fingerprint: number }
  | { readonly kind: 'token'; readonly place: number }
  | { readonly kind: 'revoke'; readonly place: number; readonly target: number }
  | { readonly kind: 'steal'; readonly place: number; readonly target: number }
  | { readonly kind: 'restart' };

const USERS = ['p_ann', 'p_ben', 'p_cleo'];
const PLACES = 4;
const place = fc.nat(PLACES - 1);
const user = fc.nat(USERS.length - 1);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('post' as const), place, user, session: fc.nat(2), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('postElsewhere' as const), place, target: place, user }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('erase' as const), place, user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('alert' as const), place, fingerprint: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('token' as const), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), place, target: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('steal' as const), place, target: place }) },
  { weight: 5, arbitrary: actOf(place, user) },
  { weight: 1, arbitrary: fc.constant<Operation>({ kind: 'restart' }) },
);

/** What should be there. */
interface Kept {
  /** Of each request that was stored and not erased, whose it is. */
  readonly requests: Map<string, number>;
  readonly alerts: Set<number>;
  /** Ids of tokens made by operations. */
  readonly tokens: string[];
  next: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

let worlds = 0;

/** One plane, four places and what happened there. */
class World {
  readonly users = USERS;
  readonly places: readonly Place[];
  readonly kept: readonly Kept[] = Array.from({ length: PLACES }, () => ({ requests: new Map(), alerts: new Set(), tokens: [], next: 0 }));
  private plane: TestPlane;
  /** Kept open: thousands of calls are made. */
  private server: Server;
  private readonly env: Readonly<Record<string, string>>;
  private readonly tokens = new Map<string, string>();

  private constructor(plane: TestPlane, server: Server, env: Readonly<Record<string, string>>) {
    this.plane = plane;
    this.server = server;
    this.env = env;
    worlds += 1;
    // Vectors outside the plane outlive it: each world has tenants of its own.
    const tenants = [`a${process.pid}x${worlds}`, `b${process.pid}x${worlds}`];
    this.places = tenants.flatMap((tenant) => ['live', 'test'].map((environment) => ({ tenant, environment })));
  }

  static async open(env: Readonly<Record<string, string>>): Promise<World> {
    // As on other addresses than this machine's, where metrics are not open to everybody.
    const settings = { ...env, CLEW_HOST: '0.0.0.0' };
    const plane = await startPlane({ env: settings });
    const world = new World(plane, await serve(plane), settings);
    for (const [index, { tenant, environment }] of world.places.entries()) {
      for (const role of ['admin', 'engineer', 'ingest', 'alerting', 'auditor', 'product'] as const) {
        world.tokens.set(`${index}/${role}`, await world.make({ role, tenant, environment, name: world.canary(index, 'place') }));
      }
      const revealing = { role: 'auditor', permissions: ['reveal:write'], tenant, environment };
      world.tokens.set(`${index}/revealer`, await world.make(revealing));
      for (const [who, name] of USERS.entries()) {
        world.tokens.set(`${index}/user/${who}`, await world.make({ role: 'user', user: name, tenant, environment }));
      }
    }
    return world;
  }

  async close(options: { readonly keepFolder?: boolean } = {}): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await this.plane.close(options);
  }

  private async make(fields: object): Promise<string> {
    const { json } = await this.post('/v1/tokens', ADMIN_TOKEN, fields);
    return (json as { token: string }).token;
  }

  token(index: number, role: string): string {
    return this.tokens.get(`${index}/${role}`) ?? '';
  }

  /** Stands in every text of a person at a place; a search word, and no part of another's. */
  canary(index: number, who: number | 'place'): string {
    return `mark${'abcd'[index] ?? ''}${who === 'place' ? 'p' : (['q', 'r', 's'][who] ?? '')}x`;
  }

  async ask(method: string, url: string, token: string, body?: object): Promise<Answer> {
    const { port } = this.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${url}`, {
      method,
      headers: { ...bearer(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, text, json: isJson ? (JSON.parse(text) as unknown) : undefined };
  }

  get(url: string, token: string): Promise<Answer> {
    return this.ask('GET', url, token);
  }

  private post(url: string, token: string, body: object): Promise<Answer> {
    return this.ask('POST', url, token, body);
  }

  private samples(index: number, who: number, session: number, ids: readonly string[], extra: object = {}): object[] {
    const mark = this.canary(index, who);
    return ids.map((id) =>
      sample({
        id,
        // After any erasure so far.
        startedAt: new Date(Date.now() + 20).toISOString(),
        runId: Buffer.from(id.padEnd(16, '.')).toString('hex').slice(0, 32),
        principal: { id: USERS[who], source: 'header:x-user', trust: 'authenticated' },
        prompt: { text: `Where do otters sleep, ${mark}?` },
        answer: { text: `On the river, ${mark}.` },
        model: { requested: mark, evidence: 'unknown' },
        // The same life of the same gateway at every place, and not all of its numbers.
        gateway: { kind: 'kong', instance: mark, route: mark, consumer: mark, epoch: 'ab'.repeat(8), counter: 2 * Number(id.slice(2)) },
        session: { id: `chat-${session}`, source: 'header:x-session-id' },
        ...extra,
      }),
    );
  }

  async run(step: Operation): Promise<void> {
    switch (step.kind) {
      case 'act':
        return perform(this, step);
      case 'post': {
        const kept = this.kept[step.place] as Kept;
        const ids = Array.from({ length: step.count }, () => `r-${kept.next++}`);
        const { json } = await this.post(
          '/v1/samples',
          this.token(step.place, 'ingest'),
          this.samples(step.place, step.user, step.session, ids),
        );
        expect(json).toMatchObject({ accepted: ids.length, rejected: [] });
        for (const id of ids) kept.requests.set(id, step.user);
        return;
      }
      case 'postElsewhere': {
        const kept = this.kept[step.place] as Kept;
        const { tenant, environment } = this.places[step.target] as Place;
        const id = `r-${kept.next++}`;
        const rows = this.samples(step.place, step.user, 0, [id], { tenant, environment });
        const { json } = await this.post('/v1/samples', this.token(step.place, 'ingest'), rows);
        if (step.place === step.target) kept.requests.set(id, step.user);
        else expect(json).toMatchObject({ accepted: 0, rejected: [{ code: 'wrong_scope' }] });
        return;
      }
      case 'erase': {
        await this.plane.settled();
        const erased = await this.ask('DELETE', `/v1/users/${USERS[step.user]}`, this.token(step.place, 'admin'));
        expect([erased.status, (erased.json as { residual: number }).residual]).toEqual([200, 0]);
        const kept = this.kept[step.place] as Kept;
        for (const [id, who] of kept.requests) if (who === step.user) kept.requests.delete(id);
        // Erasure takes the person's own token along.
        const { tenant, environment } = this.places[step.place] as Place;
        this.tokens.set(`${step.place}/user/${step.user}`, await this.make({ role: 'user', user: USERS[step.user], tenant, environment }));
        return;
      }
      case 'alert': {
        const labels = { alertname: this.canary(step.place, 'place') };
        const alerts = [{ status: 'firing', labels, startsAt: '2026-01-05T09:00:00Z', fingerprint: `f${step.fingerprint}` }];
        expect((await this.post('/v1/alerts/alertmanager', this.token(step.place, 'alerting'), { alerts })).status).toBe(202);
        this.kept[step.place]?.alerts.add(step.fingerprint);
        return;
      }
      case 'token': {
        const fields = { role: 'product', name: this.canary(step.place, 'place') };
        const made = await this.post('/v1/tokens', this.token(step.place, 'admin'), fields);
        expect(made.status).toBe(201);
        this.kept[step.place]?.tokens.push((made.json as { id: string }).id);
        return;
      }
      case 'revoke': {
        const tokens = this.kept[step.target]?.tokens ?? [];
        const id = tokens.at(-1) ?? 'none';
        const dropped = await this.ask('DELETE', `/v1/tokens/${id}`, this.token(step.place, 'admin'));
        expect(dropped.status).toBe(step.place === step.target && id !== 'none' ? 204 : 404);
        if (dropped.status === 204) tokens.pop();
        return;
      }
      case 'steal': {
        const { tenant, environment } = this.places[step.target] as Place;
        const made = await this.post('/v1/tokens', this.token(step.place, 'admin'), { role: 'product', tenant, environment });
        expect(made.status).toBe(step.place === step.target ? 201 : 422);
        if (made.status === 201) this.kept[step.place]?.tokens.push((made.json as { id: string }).id);
        return;
      }
      case 'restart':
        await this.plane.settled();
        await this.close({ keepFolder: true });
        this.plane = await startPlane({ folder: this.plane.folder, env: this.env });
        this.server = await serve(this.plane);
    }
  }

  settled(): Promise<void> {
    return this.plane.settled();
  }

  /** The words of all others than the place, or than the person there. */
  foreign(index: number, who?: number): string[] {
    const all = this.places.flatMap((_, at) => ([0, 1, 2, 'place'] as const).map((one) => [at, one] as const));
    return all.filter(([at, one]) => at !== index || (who !== undefined && one !== who)).map(([at, one]) => this.canary(at, one));
  }

  async paths(): Promise<string[]> {
    const { json } = await this.get('/openapi.json', ADMIN_TOKEN);
    const { paths } = json as { paths: Record<string, Record<string, unknown>> };
    return Object.keys(paths).filter((path) => paths[path]?.['get'] !== undefined && path !== '/metrics');
  }
}

function serve(plane: TestPlane): Promise<Server> {
  const server = createServer(plane.app);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Holds for random operations; `env` chooses where vectors are kept. */
export async function wallsHold(env: Readonly<Record<string, string>>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 8, maxLength: 24 }), async (steps) => {
      const world = await World.open(env);
      try {
        for (const step of steps) await world.run(step);
        await world.settled();
        for (const index of world.places.keys()) await checkPlace(world, index);
      } finally {
        await world.close();
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
}

async function checkPlace(world: World, index: number): Promise<void> {
  const { requests } = world.kept[index] as Kept;
  const ids = new Set(world.kept.flatMap((kept) => [...kept.requests.keys()]).concat('r-0'));
  const engineer = world.token(index, 'engineer');
  const users = USERS.map((_, who) => world.token(index, `user/${who}`));

  expect(await requestsIn(world, engineer), `place ${index}`).toEqual([...requests.keys()].sort());
  for (const [who, token] of users.entries()) {
    const own = [...requests].filter(([, whose]) => whose === who).map(([id]) => id);
    expect(await requestsIn(world, token), `person ${who} of place ${index}`).toEqual(own.sort());
  }
  for (const id of ids) {
    const whose = requests.get(id);
    const seen = await world.get(`/v1/requests/${id}`, engineer);
    expect(seen.status, id).toBe(whose === undefined ? 404 : 200);
    if (whose !== undefined) expect(seen.text).toContain(world.canary(index, whose));
    for (const [who, token] of users.entries()) {
      expect((await world.get(`/v1/requests/${id}`, token)).status, id).toBe(whose === who ? 200 : 404);
    }
  }
  await checkSearch(world, index);
  await checkEveryRoute(world, index, [...ids]);
}

/** Ids of all requests of all threads that the token lists. */
async function requestsIn(world: World, token: string): Promise<string[]> {
  const { json } = await world.get('/v1/threads?limit=200', token);
  const found: string[] = [];
  for (const { id } of (json as { items: { id: string }[] }).items) {
    const { json: thread } = await world.get(`/v1/threads/${id}`, token);
    found.push(...(thread as { requests: { id: string }[] }).requests.map((one) => one.id));
  }
  return found.sort();
}

/** By words and by meaning: every text is near every other, so all that could be found would be. */
async function checkSearch(world: World, index: number): Promise<void> {
  const { requests } = world.kept[index] as Kept;
  for (const query of ['otters sleep', 'river otters', world.canary((index + 1) % PLACES, 0)]) {
    const url = `/v1/search?limit=100&q=${encodeURIComponent(query)}`;
    const { text, json } = await world.get(url, world.token(index, 'engineer'));
    for (const word of world.foreign(index)) expect(text).not.toContain(word);
    const hits = (json as { items: { id: string; why: string[] }[] }).items;
    if (query.includes('otters')) {
      expect(hits.map(({ id }) => id).sort()).toEqual([...requests.keys()].sort().slice(0, 100));
      expect(hits.every(({ why }) => why.includes('meaning'))).toBe(true);
    }
    for (const [who] of USERS.entries()) {
      const { text: own } = await world.get(url, world.token(index, `user/${who}`));
      for (const word of world.foreign(index, who)) expect(own).not.toContain(word);
    }
  }
}

function rolesFor(path: string): readonly string[] {
  if (path.includes('{')) return ['engineer', 'user/1'];
  if (path.includes('?')) return [path.includes('/audit') ? 'auditor' : 'engineer', 'user/1'];
  return ['engineer', 'admin', 'auditor', 'product', 'user/1'];
}

/** Whatever can be read, with every id that exists anywhere, as every role. */
async function checkEveryRoute(world: World, index: number, ids: readonly string[]): Promise<void> {
  const threads = await Promise.all(world.places.map((_, at) => world.get('/v1/threads', world.token(at, 'engineer'))));
  const alerts = await Promise.all(world.places.map((_, at) => world.get('/v1/alerts', world.token(at, 'engineer'))));
  const idsOf = (lists: readonly { json: unknown }[]): string[] =>
    lists.flatMap(({ json }) => (json as { items: { id: string }[] }).items.slice(0, 1).map(({ id }) => id));
  const runs = ids.slice(0, 2).map((id) => Buffer.from(id.padEnd(16, '.')).toString('hex').slice(0, 32));
  const known = [...idsOf(threads), ...idsOf(alerts), ...runs, ...ids.slice(0, 1)];
  for (const path of [...(await world.paths()), ...QUERIES]) {
    const urls = path.includes('?')
      ? [path.replace('MOMENT', new Date().toISOString())]
      : path.includes('{')
        ? known.map((id) => path.replaceAll(/\{\w+\}/g, id))
        : [path, `${path}?a=${runs[0]}&b=${runs.at(-1)}`, `${path}?q=otters`];
    for (const url of urls) {
      for (const role of rolesFor(path)) {
        const { text, status } = await world.get(url, world.token(index, role));
        expect(status, url).toBeLessThan(500);
        for (const word of world.foreign(index, role === 'user/1' ? 1 : undefined)) expect(text, `${url} as ${role}`).not.toContain(word);
      }
    }
  }
  const alertsHere = (alerts[index]?.json as { items: unknown[] }).items;
  expect(alertsHere).toHaveLength(world.kept[index]?.alerts.size ?? -1);
}
