// One control plane with the same ids, people and runs in several tenants and environments, told apart by words that
// stand nowhere else: whatever shows a word of another place has crossed a wall.
import request from 'supertest';
import { bearer, sample, startPlane, type TestPlane } from './control-plane.ts';

export interface Place {
  readonly tenant: string;
  readonly environment: string;
  /** Stands in every text of the place. */
  readonly canary: string;
}

export const PLACES: readonly Place[] = ['acme', 'zeta'].flatMap((tenant) =>
  ['live', 'test'].map((environment) => ({ tenant, environment, canary: `canary${tenant}${environment}` })),
);
export const ROLES = ['user', 'engineer', 'product', 'auditor', 'ingest', 'alerting', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The `user` of every place, and the other person there. */
export const ANN = 'p_ann';
export const BEN = 'p_ben';
export const RUN = 'ab'.repeat(16);
export const OTHER_RUN = 'cd'.repeat(16);

export interface AccessWorld {
  readonly test: TestPlane;
  token(place: Place, role: Role): string;
  /** Ids of the place, as its admin sees them. */
  ids(place: Place): { readonly annThread: string; readonly benThread: string; readonly alert: string };
  ask(method: string, url: string, token: string | undefined, body?: object): request.Test;
}

export async function buildAccessWorld(env: Readonly<Record<string, string>> = {}): Promise<AccessWorld> {
  const test = await startPlane({ env });
  const ask: AccessWorld['ask'] = (method, url, token, body = {}) => {
    const agent = request(test.app);
    const headers = token === undefined ? {} : bearer(token);
    if (method === 'POST') return agent.post(url).set(headers).send(body);
    return (method === 'DELETE' ? agent.delete(url) : agent.get(url)).set(headers);
  };
  const tokens = new Map<string, string>();
  const keyOf = (place: Place, role: Role): string => `${place.tenant}/${place.environment}/${role}`;
  for (const place of PLACES) {
    for (const role of ROLES) {
      const { tenant, environment } = place;
      const made = await request(test.app)
        .post('/v1/tokens')
        .set(bearer())
        .send({ role, tenant, environment, ...(role === 'user' ? { user: ANN } : {}) });
      tokens.set(keyOf(place, role), (made.body as { token: string }).token);
    }
  }
  const token = (place: Place, role: Role): string => tokens.get(keyOf(place, role)) ?? '';
  for (const place of PLACES) await fill(place, token, ask);
  await test.settled();
  const found = new Map<Place, ReturnType<AccessWorld['ids']>>();
  for (const place of PLACES) {
    const threads = (await ask('GET', '/v1/threads', token(place, 'admin'))).body as { items: { id: string; user: string }[] };
    const alerts = (await ask('GET', '/v1/alerts', token(place, 'admin'))).body as { items: { id: string }[] };
    const threadOf = (user: string): string => threads.items.find((thread) => thread.user === user)?.id ?? '';
    found.set(place, { annThread: threadOf(ANN), benThread: threadOf(BEN), alert: alerts.items[0]?.id ?? '' });
  }
  return { test, token, ask, ids: (place) => found.get(place) ?? { annThread: '', benThread: '', alert: '' } };
}

async function fill(place: Place, token: AccessWorld['token'], ask: AccessWorld['ask']): Promise<void> {
  const of = (id: string, user: string, runId: string, minute: number): unknown =>
    sample({
      id,
      runId,
      startedAt: new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString(),
      principal: { id: user, source: 'header:x-user', trust: 'asserted' },
      prompt: { text: `Where does the ${place.canary} otter of ${user} sleep?` },
      answer: { text: `On the ${place.canary} river.` },
      model: { requested: `model-${place.canary}`, evidence: 'unknown' },
    });
  await ask('POST', '/v1/samples', token(place, 'ingest'), [of('r-ann', ANN, RUN, 0), of('r-ben', BEN, OTHER_RUN, 1)]);
  await ask('POST', '/v1/alerts/alertmanager', token(place, 'alerting'), {
    alerts: [{ status: 'firing', labels: { alertname: `Slow ${place.canary}` }, startsAt: '2026-01-05T09:00:00Z', fingerprint: 'f1' }],
  });
}
