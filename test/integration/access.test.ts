// Every route × role × tenant × environment against the table in docs/ACCESS.md, and what a `user` can learn of others.
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccessTable, type TableRow } from '../support/access-table.ts';
import { ANN, BEN, buildAccessWorld, OTHER_RUN, PLACES, ROLES, RUN, type AccessWorld, type Place } from '../support/access-world.ts';
import { ADMIN_TOKEN, bearer, sample, startPlane } from '../support/control-plane.ts';

const table = readAccessTable();
let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.test.close());

/** What the framework will serve, whatever the tables of routes say. */
interface Layer {
  readonly route?: { readonly path: unknown; readonly stack: readonly { readonly method?: string }[] };
  readonly handle: { readonly stack?: unknown };
}
const layers = (): readonly Layer[] => (world.test.app as unknown as { router: { stack: Layer[] } }).router.stack;

/** The methods of a path that are served; those that only answer 405 are registered for all methods at once. */
function served(): string[] {
  return layers()
    .filter(({ route }) => typeof route?.path === 'string' && route.stack.length === 1)
    .map(({ route }) => `${route?.stack[0]?.method?.toUpperCase()} ${String(route?.path)}`);
}

/** A call of the route that would be answered well in the place, if it is allowed. */
function call(route: string, place: Place): { method: string; url: string; body?: unknown } {
  const [method = '', path = ''] = route.split(' ');
  const { annThread, alert } = world.ids(place);
  const urls: Readonly<Record<string, string>> = {
    '/v1/threads/:id': `/v1/threads/${annThread}`,
    '/v1/requests/:id': '/v1/requests/r-ann',
    '/v1/search': '/v1/search?q=otter',
    '/v1/runs/diff': `/v1/runs/diff?a=${RUN}&b=${OTHER_RUN}`,
    '/v1/runs/:id': `/v1/runs/${RUN}`,
    '/v1/alerts/:id': `/v1/alerts/${alert}`,
  };
  return { method, url: urls[path] ?? path.replaceAll(/:\w+/g, 'none') };
}

const verdictOf = (row: TableRow, role: string): string => row.verdicts[role] ?? 'missing';

describe('the table of routes and roles', () => {
  it('names every route that is served, and no other', () => {
    expect(served().length).toBeGreaterThan(20);
    expect(table.map(({ route }) => route).sort()).toEqual(served().sort());
    for (const { verdicts } of table) expect(Object.keys(verdicts)).toEqual(['nobody', ...ROLES]);
  });

  it('leaves out nothing that is served beside it', () => {
    expect(layers().filter(({ handle }) => handle.stack !== undefined)).toEqual([]);
    // The page: files without a token.
    expect(layers().filter(({ route }) => route !== undefined && typeof route.path !== 'string').length).toBeLessThanOrEqual(1);
  });

  it('agrees with the description of the API', async () => {
    const { paths } = (await world.ask('GET', '/openapi.json', undefined)).body as {
      paths: Record<string, Record<string, { 'x-permission': string | null }>>;
    };
    for (const { route, verdicts } of table) {
      const [method = '', path = ''] = route.split(' ');
      const operation = paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(operation, route).toBeDefined();
      expect(operation?.['x-permission'] === null, route).toBe(verdicts['nobody'] === 'open');
    }
  });

  it.each(table.map((row) => [row.route, row] as const))('holds for %s in every tenant and environment', async (route, row) => {
    for (const place of PLACES) {
      const { method, url } = call(route, place);
      for (const role of ['nobody', ...ROLES] as const) {
        const where = `${route} as ${role} in ${place.tenant}/${place.environment}`;
        const { status, text } = await world.ask(method, url, role === 'nobody' ? undefined : world.token(place, role));
        const verdict = verdictOf(row, role);
        if (verdict === 'denied') expect(status, where).toBe(role === 'nobody' ? 401 : 403);
        else expect([401, 403, 405, 500, 503], where).not.toContain(status);
        // Open to this machine, /metrics is the operator's.
        if (route !== 'GET /metrics')
          for (const { canary } of PLACES.filter((other) => other !== place)) expect(text, where).not.toContain(canary);
        if (verdict === 'own' && role === 'user') expect(text, where).not.toContain(BEN);
      }
    }
  });

  it('would notice: what may be read is there', async () => {
    const shows = [
      '/v1/threads',
      '/v1/threads/:id',
      '/v1/requests/:id',
      '/v1/search',
      '/v1/runs',
      '/v1/runs/:id',
      '/v1/alerts',
      '/v1/alerts/:id',
    ];
    for (const place of PLACES) {
      for (const path of shows) {
        const { url } = call(`GET ${path}`, place);
        const { status, text } = await world.ask('GET', url, world.token(place, 'admin'));
        expect([status, text.includes(place.canary)], `${path} in ${place.tenant}/${place.environment}`).toEqual([200, true]);
      }
      for (const path of ['/v1/threads', '/v1/threads/:id', '/v1/requests/:id', '/v1/search']) {
        const { status, text } = await world.ask('GET', call(`GET ${path}`, place).url, world.token(place, 'user'));
        expect([status, text.includes(place.canary)], path).toEqual([200, true]);
      }
    }
  });

  it('holds for /metrics where the server is open to a network: a token, and the figures of its own place', async () => {
    const open = await buildAccessWorld({ CLEW_HOST: '0.0.0.0' });
    try {
      expect((await open.ask('GET', '/metrics', undefined)).status).toBe(401);
      for (const place of PLACES) {
        for (const role of ROLES) {
          const { status, text } = await open.ask('GET', '/metrics', open.token(place, role));
          expect(status, role).toBe(['engineer', 'admin'].includes(role) ? 200 : 403);
          if (status === 200) expect(text).toContain(place.canary);
          for (const { canary } of PLACES.filter((other) => other !== place)) expect(text).not.toContain(canary);
        }
      }
      const operator = (await open.ask('GET', '/metrics', ADMIN_TOKEN)).text;
      for (const { canary } of PLACES) expect(operator).toContain(canary);
    } finally {
      await open.test.close();
    }
  });
});

describe('an id of someone else', () => {
  const MISSING = { thread: 't_00000000', request: 'r-none', run: 'ef'.repeat(16), alert: 'al_none' };

  it.each(PLACES.map((place) => [`${place.tenant}/${place.environment}`, place] as const))(
    'answers in %s as one that does not exist',
    async (_name, place) => {
      for (const other of PLACES.filter((one) => one !== place)) {
        const foreign = world.ids(other);
        const pairs = [
          [`/v1/threads/${foreign.annThread}`, `/v1/threads/${MISSING.thread}`],
          [`/v1/threads?user=${ANN}&cursor=`, '/v1/threads?user=p_none&cursor='],
          [`/v1/search?q=${foreign.annThread}`, `/v1/search?q=${MISSING.thread}`],
          [`/v1/search?q=thread:${foreign.benThread}`, `/v1/search?q=thread:${MISSING.thread}`],
          [`/v1/search?q=model:model-${other.canary}`, '/v1/search?q=model:none'],
          [`/v1/threads?model=model-${other.canary}`, '/v1/threads?model=none'],
          [`/v1/runs?model=model-${other.canary}`, '/v1/runs?model=none'],
        ] as const;
        for (const role of ['user', 'engineer', 'auditor', 'admin'] as const) {
          for (const [url, missing] of pairs) {
            const [got, wanted] = [
              await world.ask('GET', url, world.token(place, role)),
              await world.ask('GET', missing, world.token(place, role)),
            ];
            expect([got.status, got.text], `${url} as ${role}`).toEqual([wanted.status, wanted.text]);
          }
        }
      }
    },
  );

  it('of the same tenant answers a user as one that does not exist', async () => {
    const place = PLACES[0] as Place;
    const { benThread } = world.ids(place);
    const pairs = [
      [`/v1/threads/${benThread}`, `/v1/threads/${MISSING.thread}`],
      ['/v1/requests/r-ben', `/v1/requests/${MISSING.request}`],
      [`/v1/threads?user=${BEN}`, '/v1/threads?user=p_none'],
      ['/v1/search?q=r-ben', `/v1/search?q=${MISSING.request}`],
      [`/v1/search?q=${OTHER_RUN}`, `/v1/search?q=${MISSING.run}`],
      [`/v1/search?q=user:${BEN}`, '/v1/search?q=user:p_none'],
      [`/v1/search?q=user:${BEN}%20otter`, '/v1/search?q=user:p_none%20otter'],
      [`/v1/search?q=thread:${benThread}`, `/v1/search?q=thread:${MISSING.thread}`],
    ] as const;
    for (const [url, missing] of pairs) {
      const [got, wanted] = [
        await world.ask('GET', url, world.token(place, 'user')),
        await world.ask('GET', missing, world.token(place, 'user')),
      ];
      expect([got.status, got.text], url).toEqual([wanted.status, wanted.text]);
      const seen = await world.ask('GET', url, world.token(place, 'engineer'));
      expect(seen.text, `${url} as engineer`).not.toBe(wanted.text);
    }
  });
});

describe('a user', () => {
  it('sees the same, score by score, whatever others write', async () => {
    const test = await startPlane();
    try {
      const made = await request(test.app).post('/v1/tokens').set(bearer()).send({ role: 'user', user: ANN });
      const token = (made.body as { token: string }).token;
      const post = (rows: readonly unknown[]) =>
        request(test.app)
          .post('/v1/samples')
          .set(bearer())
          .send(rows as object[]);
      const of = (id: string, user: string, text: string) =>
        sample({ id, principal: { id: user, source: 's', trust: 'asserted' }, prompt: { text }, startedAt: '2026-01-05T09:00:00Z' });
      const crowd = (word: string, count: number) =>
        Array.from({ length: count }, (_, index) => of(`${word}-${index}`, `p_${index % 7}`, `${word} ${word} ${index} bread`));
      await post([
        of('a', ANN, 'amber amber basil'),
        of('b', ANN, 'amber basil basil'),
        of('c', ANN, 'amber and some basil on bread'),
        ...crowd('basil', 60),
      ]);
      await test.settled();
      const seen = async (): Promise<string[]> => {
        const urls = [
          '/v1/search?q=amber%20basil',
          '/v1/search?q=bread',
          '/v1/search?q=position:first',
          '/v1/threads',
          '/v1/requests/a',
          '/v1/topics',
          '/v1/costs',
        ];
        const answers: string[] = [];
        for (const url of urls) answers.push((await request(test.app).get(url).set(bearer(token))).text);
        return answers;
      };
      const before = await seen();
      expect(before[0]).toContain('"a"');
      // Now amber is the common word of the two.
      await post(crowd('amber', 400));
      await test.settled();
      expect(await seen()).toEqual(before);
    } finally {
      await test.close();
    }
  });

  it('cannot tell by the time of a 404 that a long thread of another exists', async () => {
    const test = await startPlane();
    try {
      const rows = Array.from({ length: 400 }, (_, index) =>
        sample({
          id: `long-${index}`,
          principal: { id: BEN, source: 's', trust: 'authenticated' },
          session: { id: 'one', source: 'header:x-session-id' },
          prompt: { text: `question ${index} ${'about many things '.repeat(20)}` },
        }),
      );
      await request(test.app).post('/v1/samples').set(bearer()).send(rows);
      await test.settled(60_000);
      const made = await request(test.app).post('/v1/tokens').set(bearer()).send({ role: 'user', user: ANN });
      const token = (made.body as { token: string }).token;
      const thread = ((await request(test.app).get('/v1/requests/long-7').set(bearer())).body as { thread: string }).thread;
      const shown = (await request(test.app).get(`/v1/threads/${thread}`).set(bearer())).body as { requests: unknown[] };
      expect(shown.requests.length).toBeGreaterThan(100);
      const cost = async (url: string): Promise<number> => {
        const before = process.cpuUsage();
        expect((await request(test.app).get(url).set(bearer(token))).status).toBe(404);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      const [foreign, missing]: [number[], number[]] = [[], []];
      for (let index = 0; index < 120; index += 1) {
        foreign.push(await cost(`/v1/threads/${thread}`), await cost('/v1/requests/long-7'));
        missing.push(await cost('/v1/threads/t_0000000000000000'), await cost('/v1/requests/long-none'));
      }
      const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
      // Reading that thread in full takes many times as long.
      expect(median(foreign) / median(missing)).toBeLessThan(1.5);
    } finally {
      await test.close();
    }
  });
});
