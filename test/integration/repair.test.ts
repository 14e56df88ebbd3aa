// Threads that people merge, split and move, on a whole control plane: what follows, what stays, what is refused.
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { systemClock } from '../../control-plane/src/kernel/index.ts';
import { BESIDE, type BesideClass } from '../../control-plane/src/retention/index.ts';
import type { RequestView, ThreadDetail } from '../../control-plane/src/threads/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { planesOfEachTest, storeSamples } from '../support/planes.ts';

const start = planesOfEachTest();

const ann = { id: 'p_ann', source: 'header:x-user', trust: 'authenticated' };
const T0 = Date.now() - 3_600_000;

/** A request of a session, some minutes into the hour. */
const asked = (id: string, minute: number, session: string | undefined, fields: Readonly<Record<string, unknown>> = {}) =>
  sample({
    id,
    startedAt: new Date(T0 + minute * 60_000).toISOString(),
    principal: ann,
    prompt: { text: `Question ${id} on ${session ?? 'nothing'}` },
    ...(session !== undefined && { session: { id: session, source: 'header:x-session' } }),
    ...fields,
  });

const store = (plane: TestPlane, ...samples: object[]): Promise<void> => storeSamples(plane, samples);

const read = async (plane: TestPlane, id: string): Promise<RequestView> =>
  (await request(plane.app).get(`/v1/requests/${id}`).set(bearer())).body as RequestView;
const threadOf = async (plane: TestPlane, id: string): Promise<string> => (await read(plane, id)).thread;
const thread = async (plane: TestPlane, id: string): Promise<ThreadDetail> =>
  (await request(plane.app).get(`/v1/threads/${id}`).set(bearer())).body as ThreadDetail;
const post = (plane: TestPlane, path: string, body: object, token?: string) => request(plane.app).post(path).set(bearer(token)).send(body);

interface RepairBody {
  readonly id: string;
  readonly into: string;
  readonly from: readonly string[];
  readonly moved: number;
  readonly state: string;
  readonly reason: string | null;
  readonly contradictions: readonly { readonly requestId: string; readonly evidence: string }[];
}

async function two(plane: TestPlane): Promise<readonly [string, string]> {
  await store(plane, asked('a1', 0, 'A'), asked('b1', 2, 'B'), asked('a2', 4, 'A'), asked('b2', 6, 'B'));
  return [await threadOf(plane, 'a1'), await threadOf(plane, 'b1')];
}

async function asUser(plane: TestPlane, user: string, threadId: string): Promise<request.Response> {
  const made = await request(plane.app).post('/v1/tokens').set(bearer()).send({ role: 'user', user });
  const { token } = made.body as { token: string };
  return request(plane.app).get(`/v1/threads/${threadId}`).set(bearer(token));
}

describe('merging', () => {
  it('brings two threads together, and the next request of either goes on there, also after a restart', async () => {
    const plane = await startPlane();
    const [a, b] = await two(plane);
    expect(a).not.toBe(b);
    const merged = await post(plane, `/v1/threads/${a}/merge`, { into: b, reason: 'Same matter; ask Peter Miller, peter@example.com' });
    expect(merged.status, merged.text).toBe(201);
    expect(merged.body).toMatchObject({ kind: 'merge', from: [a], into: b, moved: 2, state: 'applied', user: 'p_ann' });
    expect((merged.body as RepairBody).reason).not.toContain('peter@example.com');
    const whole = await thread(plane, b);
    expect(whole.requests.map(({ id }) => id)).toEqual(['a1', 'b1', 'a2', 'b2']);
    expect(whole.turns).toBe(4);
    expect(whole.requests.map(({ predecessor }) => predecessor)).toEqual([null, 'a1', 'a1', 'b1']);
    expect(whole.requests.map(({ position }) => position)).toEqual(['first', 'continuation', 'continuation', 'continuation']);
    expect(whole.requests.filter(({ method }) => method === 'person').map(({ id }) => id)).toEqual(['a1', 'a2']);
    const gone = await request(plane.app).get(`/v1/threads/${a}`).set(bearer());
    expect([gone.status, (gone.body as { mergedInto?: string }).mergedInto]).toEqual([404, b]);
    const own = await asUser(plane, 'p_ann', a);
    expect([own.status, (own.body as { mergedInto?: string }).mergedInto]).toEqual([404, b]);
    // Another's thread answers as one that nobody has, but for the number of the call.
    const [others, nobodys] = [await asUser(plane, 'p_bob', a), await asUser(plane, 'p_bob', 't_00000000000000000000')];
    expect(others.status).toBe(404);
    expect(others.text).not.toContain(b);
    const plainly = ({ body }: request.Response): object => ({ ...(body as object), instance: '', incident: '' });
    expect(plainly(others)).toEqual(plainly(nobodys));
    const log = (await request(plane.app).get('/v1/audit').query({ kind: 'repair' }).set(bearer())).body as { items: object[] };
    expect(log.items).toMatchObject([{ kind: 'repair', details: { act: 'merge', into: b, moved: 2 } }]);
    await store(plane, asked('a3', 8, 'A'));
    expect(await threadOf(plane, 'a3')).toBe(b);
    await plane.close({ keepFolder: true });

    const again = await start({ folder: plane.folder });
    await store(again, asked('a4', 10, 'A'), asked('b3', 12, 'B'));
    expect(await threadOf(again, 'a4')).toBe(b);
    expect(await threadOf(again, 'b3')).toBe(b);
  });

  it('leads from one merge to the next, for the person whose threads they are too, until it is taken back', async () => {
    const plane = await start();
    await store(plane, asked('a1', 0, 'A'), asked('b1', 2, 'B'), asked('c1', 4, 'C'));
    const [a, b, c] = [await threadOf(plane, 'a1'), await threadOf(plane, 'b1'), await threadOf(plane, 'c1')];
    await post(plane, `/v1/threads/${a}/merge`, { into: b });
    const second = await post(plane, `/v1/threads/${b}/merge`, { into: c });
    const led = async (): Promise<string | undefined> => ((await asUser(plane, 'p_ann', a)).body as { mergedInto?: string }).mergedInto;
    expect(await led()).toBe(c);
    await post(plane, `/v1/repairs/${(second.body as RepairBody).id}/undo`, {});
    expect(await led()).toBe(b);
  });

  it('is asked twice and done once, and taken back with what came since', async () => {
    const plane = await start();
    const [a, b] = await two(plane);
    const before = [await thread(plane, a), await thread(plane, b)];
    const first = await post(plane, `/v1/threads/${a}/merge`, { into: b });
    const second = await post(plane, `/v1/threads/${a}/merge`, { into: b, reason: 'again' });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect((second.body as RepairBody).id).toBe((first.body as RepairBody).id);
    await store(plane, asked('a3', 8, 'A'), asked('b3', 9, 'B'));
    const { id } = first.body as RepairBody;
    const undone = await post(plane, `/v1/repairs/${id}/undo`, { reason: 'it was not' });
    expect(undone.body).toMatchObject({ id, state: 'undone', undoReason: 'it was not' });
    expect((await post(plane, `/v1/repairs/${id}/undo`, {})).body).toMatchObject({ state: 'undone', undoReason: 'it was not' });
    const after = [await thread(plane, a), await thread(plane, b)];
    expect(after[0]?.requests.map(({ id: one }) => one)).toEqual(['a1', 'a2', 'a3']);
    const places = (list: readonly RequestView[]) =>
      list.map(({ id: one, predecessor, method, position, confidence }) => ({ one, predecessor, method, position, confidence }));
    expect(places(after[0]?.requests.slice(0, 2) ?? [])).toEqual(places(before[0]?.requests ?? []));
    expect(after[1]?.requests.map(({ id: one }) => one)).toEqual(['b1', 'b2', 'b3']);
    expect(places(after[1]?.requests.slice(0, 2) ?? [])).toEqual(places(before[1]?.requests ?? []));
    await store(plane, asked('a5', 14, 'A'));
    expect(await threadOf(plane, 'a5')).toBe(a);
    // Asked for anew, it is done anew.
    expect((await post(plane, `/v1/threads/${a}/merge`, { into: b })).status).toBe(201);
  });

  it('never mixes people, and tells nobody of ids that are not theirs', async () => {
    const plane = await start();
    const [a] = await two(plane);
    const bob = { id: 'p_bob', source: 'header:x-user', trust: 'authenticated' };
    const unknown = { id: 'n1', principal: undefined, session: { id: 'N', source: 'header:x-session' } };
    await store(plane, asked('c1', 3, 'C', { principal: bob }), asked('n1', 4, 'N', unknown));
    const [c, n] = [await threadOf(plane, 'c1'), await threadOf(plane, 'n1')];
    const mixed = await post(plane, `/v1/threads/${a}/merge`, { into: c });
    expect(mixed.status).toBe(409);
    expect(mixed.body).toMatchObject({ code: 'repair_refused' });
    expect((await post(plane, '/v1/requests/a1/relink', { threadId: c })).status).toBe(409);
    expect((await post(plane, `/v1/threads/${n}/split`, { requestIds: ['n1'] })).status).toBe(409);
    expect((await post(plane, `/v1/threads/${a}/merge`, { into: 't_nothing' })).status).toBe(404);
    expect((await post(plane, `/v1/threads/${a}/merge`, { into: a })).status).toBe(409);
    expect((await post(plane, `/v1/threads/${a}/split`, { requestIds: ['c1'] })).status).toBe(404);

    const made = await request(plane.app).post('/v1/tokens').set(bearer()).send({ role: 'engineer', tenant: 'other' });
    const { token } = made.body as { token: string };
    expect((await post(plane, `/v1/threads/${a}/merge`, { into: c }, token)).status).toBe(404);
    expect((await post(plane, '/v1/requests/a1/relink', { threadId: 'new' }, token)).status).toBe(404);
    const own = await request(plane.app).post('/v1/tokens').set(bearer()).send({ role: 'user', user: 'p_ann' });
    expect((await post(plane, `/v1/threads/${a}/merge`, { into: c }, (own.body as { token: string }).token)).status).toBe(403);
  });
});

describe('splitting', () => {
  it('takes a request and all later ones out, with the work of their turns', async () => {
    const plane = await start();
    const step = { call: { kind: 'step', toolResults: ['call-1'] } };
    await store(
      plane,
      asked('a1', 0, 'A'),
      asked('a2', 2, 'A', { call: { kind: 'turn', toolCalls: ['call-1'] } }),
      asked('s1', 3, 'A', step),
      asked('a3', 4, 'A'),
    );
    const a = await threadOf(plane, 'a1');
    const split = await post(plane, `/v1/threads/${a}/split`, { fromRequestId: 's1' });
    expect(split.status, split.text).toBe(201);
    const { into, moved } = split.body as RepairBody;
    expect(moved).toBe(3);
    expect((await thread(plane, into)).requests.map(({ id, position }) => [id, position])).toEqual([
      ['a2', 'topic_shift'],
      ['s1', 'continuation'],
      ['a3', 'continuation'],
    ]);
    expect((await thread(plane, a)).requests.map(({ id }) => id)).toEqual(['a1']);
    expect((await post(plane, `/v1/threads/${a}/split`, { fromRequestId: 's1' })).body).toMatchObject({ into });
    expect((await post(plane, `/v1/threads/${a}/split`, { requestIds: ['a1'] })).body).toMatchObject({ code: 'repair_refused' });
    await store(plane, asked('a4', 6, 'A'));
    expect(await threadOf(plane, 'a4')).toBe(into);
    const { id } = split.body as RepairBody;
    await post(plane, `/v1/repairs/${id}/undo`, {});
    expect((await thread(plane, a)).requests.map(({ id: one }) => one)).toEqual(['a1', 'a2', 's1', 'a3', 'a4']);
    expect((await request(plane.app).get(`/v1/threads/${into}`).set(bearer())).status).toBe(404);
  });

  it('stands against history that ties the parts together, and the contradiction is shown', async () => {
    const plane = await start();
    const digest = (role: string, n: number): string => role + String.fromCharCode(97 + n).repeat(22);
    const history = (turns: number) => ({
      history: {
        keyId: 'k1',
        messages: Array.from({ length: 2 * turns - 1 }, (_, i) => digest(i % 2 === 0 ? 'u' : 'a', i)),
        answer: digest('a', 2 * turns - 1),
      },
    });
    await store(plane, ...[1, 2, 3].map((n) => asked(`h${n}`, n, undefined, history(n))));
    const h = await threadOf(plane, 'h1');
    expect(await threadOf(plane, 'h3')).toBe(h);
    const split = await post(plane, `/v1/threads/${h}/split`, { requestIds: ['h2', 'h3'] });
    const { id, into } = split.body as RepairBody;
    await store(plane, asked('h4', 4, undefined, history(4)));
    expect(await threadOf(plane, 'h2')).toBe(into);
    expect(await threadOf(plane, 'h4')).toBe(into);
    expect((await read(plane, 'h4')).reasons.map(({ code }) => code)).toContain('contradicts_person');
    const shown = await request(plane.app).get(`/v1/repairs/${id}`).set(bearer());
    expect((shown.body as RepairBody).contradictions).toMatchObject([{ requestId: 'h4', evidence: 'history' }]);
  });
});

describe('moving one request', () => {
  it('to another thread or to a new one, back and forth, in the right order only', async () => {
    const plane = await start();
    const [a, b] = await two(plane);
    const first = (await post(plane, '/v1/requests/a2/relink', { threadId: b })).body as RepairBody;
    expect((await thread(plane, b)).requests.map(({ id }) => id)).toEqual(['b1', 'a2', 'b2']);
    expect((await read(plane, 'a2')).moves).toMatchObject([{ from: a, evidence: 'person', by: null }]);
    const second = (await post(plane, '/v1/requests/a2/relink', { threadId: 'new' })).body as RepairBody;
    expect((await thread(plane, second.into)).requests.map(({ id }) => id)).toEqual(['a2']);
    const refused = await post(plane, `/v1/repairs/${first.id}/undo`, {});
    expect(refused.status).toBe(409);
    expect(JSON.stringify(refused.body)).toContain(second.id);
    expect((await post(plane, `/v1/repairs/${second.id}/undo`, {})).body).toMatchObject({ state: 'undone' });
    expect((await post(plane, `/v1/repairs/${first.id}/undo`, {})).body).toMatchObject({ state: 'undone' });
    expect((await thread(plane, a)).requests.map(({ id, method }) => [id, method])).toEqual([
      ['a1', 'declared'],
      ['a2', 'declared'],
    ]);
    const list = await request(plane.app).get('/v1/repairs').query({ thread: b }).set(bearer());
    expect((list.body as { items: RepairBody[] }).items.map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  it('does not make a first one again of what others stand before by now', async () => {
    const plane = await start();
    await store(plane, asked('b1', 0, 'B'), asked('a1', 2, 'A'), asked('a2', 4, 'A'), asked('b2', 6, 'B'));
    const [a, b] = [await threadOf(plane, 'a1'), await threadOf(plane, 'b1')];
    const away = (await post(plane, '/v1/requests/a1/relink', { threadId: 'new' })).body as RepairBody;
    await post(plane, '/v1/requests/b1/relink', { threadId: a });
    expect((await post(plane, `/v1/repairs/${away.id}/undo`, {})).body).toMatchObject({ state: 'undone' });
    expect((await thread(plane, a)).requests.map(({ id, predecessor, position }) => [id, predecessor, position])).toEqual([
      ['b1', null, 'first'],
      ['a1', 'b1', 'continuation'],
      ['a2', 'a1', 'continuation'],
    ]);
    expect((await thread(plane, b)).requests.map(({ id }) => id)).toEqual(['b2']);
  });
});

describe('what is kept of repairs', () => {
  it('goes when the user is erased', async () => {
    const plane = await start();
    const [a, b] = await two(plane);
    await post(plane, `/v1/threads/${a}/merge`, { into: b, reason: 'one matter' });
    const receipt = await request(plane.app).delete('/v1/users/p_ann').set(bearer());
    expect(receipt.status, receipt.text).toBe(200);
    const list = await request(plane.app).get('/v1/repairs').set(bearer());
    expect(list.body).toEqual({ items: [], next: null });
  });

  it('ends with its data class: reasons with texts, the rest with the requests that it moved', async () => {
    const plane = await startPlane();
    const [a, b] = await two(plane);
    const { id } = (await post(plane, `/v1/threads/${a}/merge`, { into: b, reason: 'one matter' })).body as RepairBody;
    await plane.close({ keepFolder: true });
    const store = openSqlite({ folder: plane.folder, clock: systemClock });
    try {
      const scope = { tenant: 'default', environment: 'default' };
      const found = (await store.retention.scopes()).find(({ tenant }) => tenant === scope.tenant) ?? scope;
      const soon = Date.now() + 1_000;
      expect(await store.repairs.get(found, id)).toMatchObject({ reason: 'one matter' });
      expect((await store.verdicts.newest(found, 10)).length).toBeGreaterThan(0);
      await store.retention.purgeBeside(found, 'reasons', soon, 1_000);
      expect(await store.repairs.get(found, id)).toMatchObject({ reason: null, into: b });
      for (const name of Object.keys(BESIDE) as BesideClass[]) await store.retention.purgeBeside(found, name, soon, 1_000);
      expect(await store.repairs.get(found, id)).toBeUndefined();
      expect(await store.verdicts.newest(found, 10)).toEqual([]);
    } finally {
      await store.close();
      await (await startPlane({ folder: plane.folder, paused: true })).close();
    }
  });

  it('says what is wrong with a call', async () => {
    const plane = await start();
    const [a] = await two(plane);
    const wrong = [
      [`/v1/threads/${a}/merge`, {}],
      [`/v1/threads/${a}/merge`, { into: 7 }],
      [`/v1/threads/${a}/merge`, { into: a, more: 1 }],
      [`/v1/threads/${a}/split`, {}],
      [`/v1/threads/${a}/split`, { requestIds: [] }],
      [`/v1/threads/${a}/split`, { requestIds: ['a1'], fromRequestId: 'a1' }],
      [`/v1/threads/${a}/merge`, { into: a, reason: 'x'.repeat(501) }],
      ['/v1/requests/a1/relink', { threadId: '' }],
    ] as const;
    for (const [path, body] of wrong) {
      const answer = await post(plane, path, body);
      expect([path, body, answer.status]).toEqual([path, body, 422]);
    }
    expect((await post(plane, '/v1/repairs/rep_none/undo', {})).status).toBe(404);
  });
});
