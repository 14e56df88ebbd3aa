// Traffic of tests, and traffic whose topics are off: it is kept and threaded, and no statistic counts it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const T0 = Date.now() - 2 * 3_600_000;
const PEOPLE = 12;
const TESTED = 'model-of-tests';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(topics: string): Promise<TestPlane> {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-statistics-'));
  undo.push(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'policy.yaml');
  writeFileSync(file, `version: 1\nredaction: { names: false }\ntopics: ${topics}\n`);
  const plane = await startPlane({ folder: path.join(folder, 'data'), env: { CLEW_POLICY: file } });
  undo.push(() => plane.close({ keepFolder: true }));
  return plane;
}

async function tokensOf(plane: TestPlane, environment: string): Promise<(role: string) => string> {
  const made = new Map<string, string>();
  for (const role of ['ingest', 'engineer', 'product', 'alerting']) {
    const { body } = await request(plane.app).post('/v1/tokens').set(bearer()).send({ role, tenant: 'default', environment });
    made.set(role, (body as { token: string }).token);
  }
  return (role) => made.get(role) ?? '';
}

/** Everybody asks the same, and fails; declared sessions make the ground truth that the linker is measured on. */
async function post(plane: TestPlane, token: string, model: string): Promise<void> {
  const samples = Array.from({ length: 2 * PEOPLE }, (_, at) =>
    sample({
      id: `${model}-${at}`,
      startedAt: new Date(T0 + at * 60_000).toISOString(),
      principal: { id: `p_${at % PEOPLE}`, source: 'header:x-user', trust: 'authenticated' },
      session: { id: `s-${at % PEOPLE}`, source: 'header:x-session-id' },
      model: { requested: model, executed: model, evidence: 'response_body' },
      status: { outcome: 'error', http: 500 },
      prompt: { text: 'How do I get a refund for a late train?' },
      answer: { text: 'Like this.' },
    }),
  );
  expect((await request(plane.app).post('/v1/samples').set(bearer(token)).send(samples)).body).toMatchObject({ accepted: samples.length });
  await plane.settled();
}
const get = async (
  plane: TestPlane,
  url: string,
  token: string,
): Promise<{ readonly text: string; readonly items: readonly unknown[] }> => {
  const { status, text, body } = await request(plane.app).get(url).set(bearer(token));
  expect(status, url).toBe(200);
  return { text, items: (body as { items?: readonly unknown[] }).items ?? [] };
};

/** Rows of a place in every table that topics and their released figures have. */
function topicRows(plane: TestPlane, place: string): Readonly<Record<string, number>> {
  const file = new DatabaseSync(path.join(plane.folder, 'clew.db'), { readOnly: true });
  const tables = file
    .prepare(
      "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'scope' WHERE m.type = 'table' AND (m.name LIKE '%topic%' OR m.name LIKE 'released%')",
    )
    .all()
    .map(({ name }) => String(name));
  expect(tables).toContain('topics');
  const rows = tables.map(
    (name) => [name, Number(file.prepare(`SELECT count(*) AS n FROM ${name} WHERE scope = ?`).get(place)?.['n'])] as const,
  );
  file.close();
  return Object.fromEntries(rows.filter(([, count]) => count > 0));
}
const untilTopics = async (plane: TestPlane, token: string): Promise<void> =>
  expect.poll(async () => (await get(plane, '/v1/topics', token)).items.length, { timeout: 20_000 }).toBeGreaterThan(0);

describe('environment test', () => {
  it('is in no topic, no released figure, no explanation of an alert elsewhere and no measure of the linker', async () => {
    const plane = await start('{ minUsers: 2 }');
    const [live, tests] = [await tokensOf(plane, 'live'), await tokensOf(plane, 'test')];
    await post(plane, live('ingest'), 'model-live');
    await untilTopics(plane, live('engineer'));
    const range = `from=${new Date(T0 - 1_000).toISOString()}&to=${new Date(T0 + 3_600_000).toISOString()}`;
    const accuracy = (await get(plane, `/v1/accuracy?${range}`, live('engineer'))).text;
    const topics = (await get(plane, '/v1/topics', live('engineer'))).items;
    await post(plane, tests('ingest'), TESTED);

    expect((await get(plane, '/v1/threads', tests('engineer'))).items.length).toBeGreaterThan(0);
    for (const role of ['engineer', 'product']) expect((await get(plane, '/v1/topics', tests(role))).items).toEqual([]);
    expect(topicRows(plane, 'default/test')).toEqual({});
    expect(topicRows(plane, 'default/live')).not.toEqual({});
    expect((await get(plane, '/v1/topics', live('engineer'))).items).toEqual(topics);
    expect((await get(plane, `/v1/accuracy?${range}`, live('engineer'))).text).toBe(accuracy);

    const alert = { status: 'firing', labels: { alertname: 'Errors' }, startsAt: new Date(T0).toISOString(), fingerprint: 'f1' };
    const posted = await request(plane.app)
      .post('/v1/alerts/alertmanager')
      .set(bearer(live('alerting')))
      .send({ alerts: [alert] });
    expect(posted.status).toBe(202);
    const [{ id } = { id: '' }] = (await get(plane, '/v1/alerts', live('engineer'))).items as { id: string }[];
    const explained = (await get(plane, `/v1/alerts/${id}`, live('engineer'))).text;
    expect(explained).toContain('"');
    expect(explained).not.toContain(TESTED);

    const { text: metrics } = await request(plane.app).get('/metrics').set(bearer());
    const own = metrics.split('\n').filter((line) => line.includes('environment="test"'));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((line) => /traffic="live"|topic="(?!-")[^"]/.test(line))).toEqual([]);
  });
});

describe('where topics are off', () => {
  it('no topic is made, counted, released or shown', async () => {
    const plane = await start('{ enabled: false }');
    const live = await tokensOf(plane, 'live');
    await post(plane, live('ingest'), 'model-live');
    expect((await get(plane, '/v1/threads', live('engineer'))).items.length).toBeGreaterThan(0);
    for (const role of ['engineer', 'product']) expect((await get(plane, '/v1/topics', live(role))).items).toEqual([]);
    expect(topicRows(plane, 'default/live')).toEqual({});
    const file = new DatabaseSync(path.join(plane.folder, 'clew.db'), { readOnly: true });
    expect(file.prepare('SELECT count(*) AS n FROM requests WHERE topic_id IS NOT NULL OR topic_label IS NOT NULL').get()?.['n']).toBe(0);
    file.close();
    const { text: metrics } = await request(plane.app).get('/metrics').set(bearer());
    expect(metrics.split('\n').filter((line) => /topic="(?!-")[^"]/.test(line))).toEqual([]);
  });
});
