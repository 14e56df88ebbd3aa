// Alerts on a whole control plane: explained and stored, told to a webhook once, and what changed just before.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const MINUTE = 60_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
interface Finding {
  readonly dimension: string;
  readonly value: string;
  readonly share: { readonly incident: number; readonly baseline: number };
  readonly threads: readonly string[];
}
interface Detail {
  readonly id: string;
  readonly status: string;
  readonly explainedAt: string;
  readonly requests: number;
  readonly window: { readonly from: string; readonly to: string };
  readonly baseline: { readonly from: string; readonly to: string };
  readonly metric: string;
  readonly summary: string;
  readonly level: { readonly incident: number | null; readonly baseline: number | null } | null;
  readonly findings: readonly Finding[];
  readonly changes: readonly { readonly kind: string; readonly what: string; readonly value: string | null; readonly how: string }[];
  readonly posts: readonly { readonly state: string; readonly host: string }[];
}

const now = Date.now();
const startsAt = now - 20 * MINUTE;
const time = (ms: number): string => new Date(ms).toISOString();

/** Twenty people ask all the time; in the incident most of the answers come from another model, and fail. */
function traffic(): readonly object[] {
  return Array.from({ length: 600 }, (_, at) => {
    const atMs = at < 400 ? startsAt - 100 * MINUTE + at * 14_900 : startsAt + 1_000 + (at - 400) * 5_000;
    const isNew = at >= 400 && at % 3 !== 0;
    return sample({
      id: `r-${at}`,
      runId: at.toString(16).padStart(32, '0'),
      startedAt: time(atMs),
      endedAt: time(atMs + 900),
      principal: { id: `p_${at % 20}`, source: 'header:x-user', trust: 'authenticated' },
      session: { id: `session-${at % 20}-${Math.floor(at / 100)}`, source: 'header:x-session-id' },
      gateway: { kind: 'kong', route: 'chat', service: 'llm', consumer: 'shop', epoch: 'e'.repeat(16), counter: at },
      model: { requested: 'any', executed: isNew ? 'model-new' : 'model-old', evidence: 'response_body' },
      status: isNew ? { outcome: 'error', http: 500 } : { outcome: 'ok', http: 200 },
      error: isNew ? { type: 'server_error' } : undefined,
      composition: { variant: isNew ? 'arm-b' : 'arm-a' },
      prompt: { text: `Question ${at} about trains` },
      answer: isNew ? undefined : { text: 'Like this.' },
    });
  });
}

let plane: TestPlane;
let hook: Server;
const received: Received[] = [];

const post = (route: string, body: object) => request(plane.app).post(route).set(bearer()).send(body);
const read = async <T>(route: string): Promise<T> => (await request(plane.app).get(route).set(bearer())).body as T;
const detail = (id: string): Promise<Detail> => read<Detail>(`/v1/alerts/${id}`);
const PERSON = 'zq.oncall@canary-alert.example.com';
const firing = {
  ...{ status: 'firing', startsAt: time(startsAt), fingerprint: 'f1' },
  labels: { alertname: 'HighErrorRate', owner: PERSON },
  annotations: { summary: `Errors, call ${PERSON}` },
};

beforeAll(async () => {
  hook = createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      received.push({ headers: incoming.headers as Record<string, string>, body });
      outgoing.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => hook.once('listening', resolve));
  const { port } = hook.address() as AddressInfo;
  plane = await startPlane({
    env: {
      CLEW_PUBLIC_URL: 'https://clew.example.com/',
      CLEW_OUTBOUND: `http://127.0.0.1:${port} private`,
      CLEW_ALERT_WEBHOOKS: `http://127.0.0.1:${port}/clew, nobody=http://127.0.0.1:${port}/others`,
      CLEW_ALERT_WEBHOOK_SECRETS: `${SECRET},${OLD_SECRET}`,
    },
  });
  expect((await post('/v1/samples', traffic())).body).toMatchObject({ accepted: 600, rejected: [] });
  await plane.settled(60_000);
});
afterAll(async () => {
  await plane.close();
  await new Promise((resolve) => hook.close(resolve));
});

describe('an alert of Alertmanager', () => {
  let id = '';
  it('is explained by itself, with what stands out, threads that show it, and what changed just before', async () => {
    expect((await post('/v1/deploys', { service: 'shop', version: 'v42', at: time(startsAt - 5 * MINUTE) })).status).toBe(202);
    expect((await post('/v1/alerts/alertmanager', { version: '4', alerts: [firing] })).body).toEqual({ accepted: 1 });
    await expect
      .poll(async () => (await read<{ items: readonly { readonly findings: number | null }[] }>('/v1/alerts')).items[0]?.findings, {
        timeout: 20_000,
      })
      .toBeGreaterThan(0);
    const list = await read<{ items: readonly { readonly id: string; readonly first: Finding | null }[] }>('/v1/alerts');
    expect(list.items[0]?.first).toMatchObject({ dimension: 'model', value: 'model-new', kind: 'both' });
    id = list.items[0]?.id ?? '';
    const found = await detail(id);
    expect(found).toMatchObject({ metric: 'errors', status: 'firing', requests: 200, baselineRequests: 400, isCapped: false });
    expect(found.findings[0]).toMatchObject({
      dimension: 'model',
      value: 'model-new',
      inBaseline: 0,
      people: 20,
      effect: {
        metric: 'errors',
        inside: { incident: 1, baseline: null },
        outside: { incident: 0, baseline: 0 },
        pValue: expect.toSatisfy((p: number) => p < 0.001) as number,
      },
      explainedBy: null,
    });
    expect(found.summary.split('\n').slice(0, 2)).toEqual([
      'Requests that fail: 67% now, 0% before.',
      'Likeliest cause: model model-new: new, 67% of requests; requests that fail in it 100%; elsewhere 0%, 0% before.',
    ]);
    expect(found.summary).toContain('Changed around its beginning: deploy shop v42 (5 min before)');
    // What came with the very same requests cannot be told apart from it.
    expect(found.findings[1]).toMatchObject({ dimension: 'variant', value: 'arm-b', inIncident: 134, explainedBy: null });
    expect(found.findings[0]?.share).toEqual({ incident: 0.67, baseline: 0 });
    expect(found.findings[0]?.threads).toHaveLength(5);
    for (const thread of found.findings[0]?.threads ?? []) {
      const shown = await read<{ requests: readonly { readonly model: { readonly executed: string } }[] }>(`/v1/threads/${thread}`);
      expect(shown.requests.map(({ model }) => model.executed)).toContain('model-new');
    }
    const told = (kind: string) => found.changes.filter((change) => change.kind === kind);
    expect(told('deploy')).toMatchObject([{ what: 'shop', value: 'v42', how: 'took effect', at: time(startsAt - 5 * MINUTE) }]);
    expect(told('model')).toContainEqual(
      expect.objectContaining({
        what: '/model/executed',
        value: 'model-new',
        how: 'appeared',
        share: { before: 0, after: expect.any(Number) as number },
      }),
    );
    expect(told('policy')).toHaveLength(1);
    expect(told('gateway')).toMatchObject([{ value: 'e'.repeat(16) }]);
  });

  it('is told once to the webhook of its tenant, signed so that any receiver can check', async () => {
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(1);
    await post('/v1/alerts/alertmanager', { version: '4', alerts: [firing, firing] });
    const [first] = received;
    for (const secret of [SECRET, OLD_SECRET]) {
      const said = new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {}) as { readonly data: Detail; readonly type: string };
      expect(said).toMatchObject({
        type: 'alert.explained',
        data: { tenant: 'default', page: `https://clew.example.com/?alert=${id}`, alert: { id, status: 'firing' } },
      });
      expect(said.data.summary).toContain('Likeliest cause: model model-new');
      expect(said.data.findings[0]).toMatchObject({ dimension: 'model', value: 'model-new', threads: [] });
    }
    // What people wrote into the alert does not travel on as it came.
    expect(first?.body).not.toContain(PERSON);
    expect(JSON.stringify(await detail(id))).not.toContain(PERSON);
    expect(() => new Webhook(SECRET).verify(`${first?.body ?? ''} `, first?.headers ?? {})).toThrow();
    expect((await read<{ items: readonly unknown[] }>('/v1/alerts')).items).toHaveLength(1);
  });

  it('is told again when it is over, and a late copy of the firing one does not bring it back', async () => {
    const endsAt = time(startsAt + 17 * MINUTE);
    await post('/v1/alerts/alertmanager', { version: '4', alerts: [{ ...firing, status: 'resolved', endsAt }] });
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(2);
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({ data: { alert: { id, status: 'resolved', endsAt } } });
    await post('/v1/alerts/alertmanager', { version: '4', alerts: [firing] });
    const found = await detail(id);
    expect(found).toMatchObject({ status: 'resolved', endsAt, window: { from: time(startsAt), to: endsAt } });
    await expect
      .poll(async () => (await detail(id)).posts.map(({ state }) => state), { timeout: 20_000 })
      .toEqual(['delivered', 'delivered']);
    expect(received.map(({ headers }) => headers['webhook-id'])).toHaveLength(2);
    const metrics = await request(plane.app).get('/metrics').set(bearer());
    expect(metrics.text).toContain('clew_alert_posts_total{outcome="delivered"} 2');
  });

  it('is listed by status, and shown to those who run applications alone', async () => {
    const ids = async (status: string): Promise<readonly string[]> =>
      (await read<{ items: readonly { readonly id: string }[] }>(`/v1/alerts?status=${status}`)).items.map((one) => one.id);
    expect(await ids('resolved')).toEqual([id]);
    expect(await ids('firing')).toEqual([]);
    const issue = async (fields: object): Promise<string> => ((await post('/v1/tokens', fields)).body as { token: string }).token;
    const product = await issue({ role: 'product' });
    expect((await request(plane.app).get(`/v1/alerts/${id}`).set(bearer(product))).status).toBe(403);
  });

  it('forgets the threads of somebody who is erased', async () => {
    const before = await detail(id);
    const person = async (thread: string): Promise<string> => (await read<{ user: string }>(`/v1/threads/${thread}`)).user;
    const [thread = ''] = before.findings[0]?.threads ?? [];
    const user = await person(thread);
    expect((await request(plane.app).delete(`/v1/users/${user}`).set(bearer())).status).toBe(200);
    const after = await detail(id);
    expect(JSON.stringify(after)).not.toContain(thread);
    expect(after.findings[0]?.value).toBe('model-new');
  });
});

describe('an alert in the general form', () => {
  it('is looked at in the window and against the baseline that it names', async () => {
    const window = { from: time(startsAt + MINUTE), to: time(startsAt + 10 * MINUTE) };
    const baseline = { from: time(startsAt - 90 * MINUTE), to: time(startsAt - 30 * MINUTE) };
    const alert = { id: 'mine', name: 'Budget', startsAt: time(startsAt), metric: 'errors', window, baseline, labels: { team: 'shop' } };
    expect((await post('/v1/alerts', alert)).body).toEqual({ accepted: 1 });
    expect((await post('/v1/alerts', [alert])).body).toEqual({ accepted: 1 });
    const all = await read<{ items: readonly { readonly id: string; readonly name: string }[] }>('/v1/alerts?status=firing');
    expect(all.items).toHaveLength(1);
    const found = await detail(all.items[0]?.id ?? '');
    expect(found).toMatchObject({ window, baseline, dayBefore: null, metric: 'errors' });
    expect(found.findings[0]).toMatchObject({ dimension: 'model', value: 'model-new' });
  });

  it('about how many requests there are says of what there are more', async () => {
    const window = { from: time(startsAt), to: time(startsAt + 17 * MINUTE) };
    await post('/v1/alerts', { id: 'many', name: 'TrafficHigh', startsAt: time(startsAt), window });
    const all = await read<{ items: readonly { readonly id: string; readonly name: string }[] }>('/v1/alerts?status=firing');
    const found = await detail(all.items.find(({ name }) => name === 'TrafficHigh')?.id ?? '');
    expect(found.metric).toBe('requests');
    expect(found.level?.incident).toBeGreaterThan(found.level?.baseline ?? Infinity);
    expect(found.findings[0]).toMatchObject({ value: 'model-new', kind: 'share', effect: { metric: 'requests', inside: { baseline: 0 } } });
  });

  it('says that no request came at all where none did', async () => {
    const window = { from: time(startsAt + 16.8 * MINUTE), to: time(startsAt + 17.8 * MINUTE) };
    const baseline = { from: time(startsAt - 90 * MINUTE), to: time(startsAt + 16 * MINUTE) };
    await post('/v1/alerts', { id: 'none', name: 'NoRequests', startsAt: window.from, window, baseline });
    const all = await read<{ items: readonly { readonly id: string; readonly name: string }[] }>('/v1/alerts?status=firing');
    const found = await detail(all.items.find(({ name }) => name === 'NoRequests')?.id ?? '');
    expect(found).toMatchObject({ requests: 0, findings: [], level: { incident: 0 } });
    expect(found.summary).toContain('No request came in this time');
  });

  it.each([
    [{ name: 'x' }, 'startsAt'],
    [{ name: '', startsAt: time(now) }, 'name'],
    [{ name: 'x', startsAt: time(now), metric: 'mood' }, 'metric'],
    [[{ name: 'x', startsAt: time(now), colour: 'red' }], '0.field 3'],
    [{ name: 'x', startsAt: time(now), baseline: { from: time(now), to: time(now - 1) } }, 'baseline'],
  ])('says what is wrong in %j', async (body, place) => {
    const { status, body: said } = await post('/v1/alerts', body);
    expect(status).toBe(422);
    expect((said as { detail: string }).detail).toContain(`${place}: expected`);
  });
});
