// Ids that clients declare mean something within one tenant and one person only: the same id elsewhere is another conversation, in
// what is linked, in the store and in what the API shows.
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const TENANTS = ['acme', 'zeta'] as const;
/** One pseudonym stands in both. Counted over both they are three, and what three people carry is no id of a conversation. */
const PEOPLE = { acme: ['p_ann', 'p_ben'], zeta: ['p_ann', 'p_cid'] } as const;
const SESSION = { id: 'stay-1', source: 'header:x-session-id' };
const BEGIN = Date.now() - 3_600_000;

type Tenant = (typeof TENANTS)[number];
type Person = (typeof PEOPLE)[Tenant][number];

describe('the same declared id under two tenants and two people', () => {
  let plane: TestPlane;
  const tokens = new Map<string, string>();
  const tokenOf = (tenant: Tenant, person?: Person): string => tokens.get(`${tenant}/${person ?? ''}`) ?? '';

  const get = async <T>(path: string, token: string, status = 200): Promise<T> => {
    const response = await request(plane.app).get(path).set(bearer(token));
    expect(response.status, response.text).toBe(status);
    return response.body as T;
  };
  /** Turn `at` of somebody; ids of requests and answers differ by tenant and person alone, so that nothing else keeps them apart. */
  const turn = (person: Person, at: number, fields: object): object =>
    sample({
      id: `${person}-${at}`,
      startedAt: new Date(BEGIN + at * 60_000).toISOString(),
      principal: { id: person, source: 'header:x-user', trust: 'authenticated' },
      prompt: { text: ['Plan a week in Norway by train', 'And what does that cost?', 'Book the second one'][at] },
      answer: { text: `Answer ${at}` },
      ...fields,
    });
  const post = async (tenant: Tenant, samples: readonly object[]): Promise<void> => {
    const response = await request(plane.app)
      .post('/v1/samples')
      .set(bearer(tokenOf(tenant)))
      .send(samples);
    expect(response.body, response.text).toMatchObject({ accepted: samples.length });
  };

  beforeAll(async () => {
    plane = await startPlane();
    for (const tenant of TENANTS) {
      for (const [person, role] of [[undefined, 'admin'], ...PEOPLE[tenant].map((one) => [one, 'user'] as const)] as const) {
        const user = person === undefined ? {} : { user: person };
        const made = await request(plane.app)
          .post('/v1/tokens')
          .set(bearer())
          .send({ role, tenant, environment: 'live', ...user });
        tokens.set(`${tenant}/${person ?? ''}`, (made.body as { token: string }).token);
      }
    }
    // Turn by turn through all of them: whoever asked last under the id is always somebody else.
    for (const at of [0, 1])
      for (const tenant of TENANTS)
        await post(
          tenant,
          PEOPLE[tenant].map((person) => turn(person, at, { session: SESSION })),
        );
    // What was answered in one place is named in all.
    for (const tenant of TENANTS) {
      const call = { kind: 'turn', previousResponseId: 'resp_1' };
      await post(tenant, [turn('p_ann', 2, { call: { kind: 'turn', responseId: 'resp_1' }, session: SESSION })]);
      await post(tenant, [turn(PEOPLE[tenant][1], 2, { id: 'names', call })]);
    }
    await plane.settled();
  });
  afterAll(() => plane.close());

  it('is a thread of its own for each of them, by what was declared', async () => {
    const seen = new Set<string>();
    for (const tenant of TENANTS) {
      for (const person of PEOPLE[tenant]) {
        const [first, second] = await Promise.all([0, 1].map((at) => get<RequestView>(`/v1/requests/${person}-${at}`, tokenOf(tenant))));
        expect(first).toMatchObject({ user: person, predecessor: null, turn: 1 });
        expect(second).toMatchObject({
          user: person,
          thread: first?.thread,
          predecessor: `${person}-0`,
          method: 'declared',
          confidence: 1,
        });
        seen.add(first?.thread ?? '');
      }
    }
    expect(seen.size).toBe(4);
  });

  it('shows in its session, in lists and in the search what is its own', async () => {
    for (const tenant of TENANTS) {
      const { items } = await get<Page<ThreadSummary>>('/v1/threads', tokenOf(tenant));
      const found = await get<Page<{ readonly id: string }>>(`/v1/search?q=${SESSION.id}`, tokenOf(tenant));
      expect(found.items.map(({ id }) => id).toSorted()).toEqual([
        'p_ann-0',
        'p_ann-1',
        'p_ann-2',
        `${PEOPLE[tenant][1]}-0`,
        `${PEOPLE[tenant][1]}-1`,
      ]);
      for (const person of PEOPLE[tenant]) {
        const thread = items.find(({ user, turns }) => user === person && turns > 1)?.id ?? '';
        for (const token of [tokenOf(tenant), tokenOf(tenant, person)]) {
          const { declaredSession, requests } = await get<ThreadDetail>(`/v1/threads/${thread}`, token);
          expect(declaredSession).toMatchObject(SESSION);
          expect(declaredSession?.threads.map(({ id }) => id)).toEqual([thread]);
          expect(new Set(requests.map(({ user }) => user))).toEqual(new Set([person]));
        }
        const others = PEOPLE[tenant].filter((one) => one !== person);
        for (const other of others) await get(`/v1/threads/${thread}`, tokenOf(tenant, other), 404);
        for (const elsewhere of TENANTS.filter((one) => one !== tenant)) await get(`/v1/threads/${thread}`, tokenOf(elsewhere), 404);
      }
    }
  });

  it('holds for answers that are named, too', async () => {
    for (const tenant of TENANTS) {
      const answered = await get<RequestView>('/v1/requests/p_ann-2', tokenOf(tenant));
      const naming = await get<RequestView>('/v1/requests/names', tokenOf(tenant));
      expect(naming.thread).not.toBe(answered.thread);
      expect(naming.predecessor ?? '').not.toContain('p_ann');
      expect(naming.reasons.map(({ code }) => code)).not.toContain('previous_response');
    }
  });
});
