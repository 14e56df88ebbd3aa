// Each finding about the machine and the servers, from surroundings that have it.
import { createServer as createHttp, type RequestListener } from 'node:http';
import net from 'node:net';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { MODELS_FOLDER } from '../../../../../control-plane/src/adapters/onnx/index.ts';
import { openSqlite } from '../../../../../control-plane/src/adapters/sqlite/index.ts';
import { REMEDIES, type Finding } from '../../../../../control-plane/src/cli/doctor/finding.ts';
import { readConfig } from '../../../../../control-plane/src/config.ts';
import {
  ask,
  checkMonitor,
  checkServers,
  judgeCalls,
  judgeClocks,
  judgeMonitors,
  judgeOtlp,
  judgeSpans,
  judgeWeaviate,
} from '../../../../../control-plane/src/cli/doctor/servers.ts';
import {
  checkBuilt,
  checkData,
  checkModelFiles,
  checkNode,
  checkPolicy,
  checkPort,
  checkSettings,
} from '../../../../../control-plane/src/cli/doctor/surroundings.ts';
import { systemClock } from '../../../../../control-plane/src/kernel/index.ts';
import { FILE_TRAPS } from './traps.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));
const HERE = { host: '127.0.0.1', port: 0 } as const;

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, HERE.host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as net.AddressInfo).port;
}
const serving = async (listener: RequestListener): Promise<number> => listening(createHttp(listener));

const seen = new Set<string>(
  Object.values(FILE_TRAPS)
    .flat()
    .map(({ name }) => name),
);
function expectFault(finding: Finding | undefined, name: keyof typeof REMEDIES, found: RegExp): void {
  expect(finding).toMatchObject({ ok: false, found: expect.stringMatching(found) as string });
  expect(finding?.name.split(' CLEW_')[0]).toBe(name);
  expect(finding?.remedy).toContain(REMEDIES[name]);
  seen.add(name);
}

describe('doctor on this machine', () => {
  it('finds a Node that is too old', () => {
    expectFault(checkNode('v20.19.4'), 'node', /v20/);
    expect([checkNode('v24.0.0').ok, checkNode('v26.1.0').ok]).toEqual([true, true]);
  });

  it('finds models that were damaged or cut off', () => {
    const models = path.join(folder, 'models');
    expectFault(checkModelFiles(models), 'models', /manifest/);
    mkdirSync(models);
    cpSync(path.join(MODELS_FOLDER, 'manifest.json'), path.join(models, 'manifest.json'));
    expectFault(checkModelFiles(models), 'models', /missing/);
  });

  it('finds parts that are not built', () => {
    const [plugin, page] = checkBuilt(folder);
    expectFault(plugin, 'plugin', /not built/);
    expectFault(page, 'page', /not built/);
  });

  it('finds settings that cannot be used, by name', () => {
    const { config, findings } = checkSettings({ CLEW_PORT: 'many' });
    expect(config).toBeUndefined();
    expect(findings[0]?.name).toBe('settings CLEW_PORT');
    expectFault(findings[0], 'settings', /whole number/);
    expect(checkSettings({}).findings.every(({ ok }) => ok)).toBe(true);
  });

  it('finds the faults of a policy, and one that cannot be read', () => {
    const policyFile = path.join(folder, 'policy.yaml');
    writeFileSync(policyFile, 'version: 2\nsampling: { rate: 7 }\n');
    const faulty = checkPolicy({ policyFile });
    expectFault(faulty, 'policy', /faults/);
    expect(faulty.remedy).toContain('policy.yaml:');
    expectFault(checkPolicy({ policyFile: path.join(folder, 'none.yaml') }), 'policy', /ENOENT/);
  });

  it('tells another program at the port from a control plane', async () => {
    expect((await checkPort({ ...HERE, port: await serving((_, response) => response.end()) })).ok).toBe(true);
    const other = await serving((_, response) => response.writeHead(404).end());
    expectFault(await checkPort({ ...HERE, port: other }), 'port', /another program/);
    const silent = await listening(net.createServer((socket) => socket.destroy()));
    expectFault(await checkPort({ ...HERE, port: silent }), 'port', /another program/);
    expect((await checkPort(HERE)).ok).toBe(true);
  });

  it('finds a data folder that is locked, no folder, or damaged', async () => {
    const dataFolder = path.join(folder, 'data');
    expect((await checkData({ ...HERE, dataFolder })).found).toContain('not there yet');
    const store = openSqlite({ folder: dataFolder, clock: systemClock });
    const locked = await checkData({ ...HERE, dataFolder });
    expect(locked).toMatchObject({ ok: false, name: 'data folder', found: expect.stringContaining(`${process.pid}`) as string });
    const port = await serving((_, response) => response.end());
    expect((await checkData({ ...HERE, port, dataFolder })).ok).toBe(true);
    await store.close();
    expect((await checkData({ ...HERE, dataFolder })).found).toContain('sound');
    const bytes = readFileSync(path.join(dataFolder, 'clew.db'));
    bytes.fill(0xff, 0, 4096);
    writeFileSync(path.join(dataFolder, 'clew.db'), bytes);
    expect(await checkData({ ...HERE, dataFolder })).toMatchObject({ ok: false });
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o600);
    expectFault(await checkData({ ...HERE, dataFolder: file }), 'data folder', /cannot be used/);
  });
});

describe('doctor and the servers', () => {
  const answer = (status: number, skewMs = 0): { status: number; text: string; skewMs: number } => ({ status, text: '', skewMs });

  it('finds a Weaviate that is away or not ready', () => {
    expectFault(judgeWeaviate(undefined), 'weaviate', /does not answer/);
    expectFault(judgeWeaviate(answer(503)), 'weaviate', /not ready/);
    expect(judgeWeaviate(answer(200)).ok).toBe(true);
  });

  it('finds a receiver of spans that is away, refuses, or is another address', () => {
    expectFault(judgeOtlp(undefined), 'otlp', /does not answer/);
    const counted = (outcomes: Readonly<Record<string, number>>): string =>
      Object.entries(outcomes)
        .map(([outcome, count]) => `clew_spans_total{destination="default",outcome="${outcome}"} ${count}\n`)
        .join('');
    expectFault(judgeSpans(counted({ refused: 4 }), ['default'])[0], 'otlp', /refused all of 4 spans/);
    expectFault(judgeSpans(counted({ failed: 4 }), ['default'])[0], 'otlp', /took none of 4 spans/);
    expectFault(judgeSpans(counted({ exported: 9, queue_full: 2 }), ['default'])[0], 'otlp', /too slow/);
    expectFault(judgeSpans(counted({ unsampled: 3 }), ['default'])[0], 'otlp', /record none/);
    expect(judgeSpans(counted({ exported: 9, failed: 2, unsampled: 3 }), ['default'])).toEqual([]);
    expect(judgeSpans(counted({ refused: 4 }), ['tempo'])).toEqual([]);
    expect(judgeSpans(undefined, ['default'])).toEqual([]);
    const target = { url: 'http://127.0.0.1:4317/v1/traces' };
    expectFault(judgeOtlp(undefined, { name: 'tempo', target }), 'otlp', /tempo does not answer: 4317 is the port of gRPC/);
    expectFault(judgeOtlp(answer(401)), 'otlp', /headers/);
    expectFault(judgeOtlp(answer(404)), 'otlp', /path/);
    expect(judgeOtlp(answer(200)).ok).toBe(true);
  });

  it('reads the clock of a server from its answer', async () => {
    const late = await serving((_, response) => response.writeHead(200, { date: new Date(Date.now() - 7_200_000).toUTCString() }).end());
    const wrong = judgeClocks({ 'the control plane': await ask(`http://127.0.0.1:${late}/`) });
    expectFault(wrong, 'clock', /the control plane is 7(?:199|200|201) s behind/);
    expectFault(judgeClocks({ Weaviate: answer(200, 90_000) }), 'clock', /Weaviate is 90 s ahead/);
    const right = await serving((_, response) => response.end());
    expect(judgeClocks({ a: await ask(`http://127.0.0.1:${right}/`), b: undefined }).ok).toBe(true);
  });

  const NOW = 1_770_000_000_000;
  const polls = 'clew_http_requests_total{method="GET",route="/v1/policies",status="304"} 12';
  const refused = 'clew_http_requests_total{method="POST",route="/v1/samples",status="401"} 3';
  const taken = 'clew_http_requests_total{method="POST",route="/v1/samples",status="202"} 9';

  it('finds that no gateway calls, or none lately', () => {
    expectFault(judgeCalls({ metrics: '', newestMs: null }, NOW)[0], 'gateway', /no request has ever come/);
    expectFault(judgeCalls({ metrics: polls, newestMs: null }, NOW)[0], 'gateway', /asks for its policy/);
    expectFault(judgeCalls({ metrics: polls, newestMs: NOW - 50 * 3_600_000 }, NOW)[0], 'gateway', /50 hours ago/);
    expect(judgeCalls({ metrics: polls, newestMs: NOW - 3_600_000 }, NOW)).toMatchObject([{ ok: true }]);
    expect(judgeCalls({ metrics: undefined, newestMs: undefined }, NOW)).toMatchObject([
      { ok: true, found: expect.stringContaining('CLEW_TOKEN') as string },
    ]);
  });

  it("finds that a gateway's token is refused", () => {
    expectFault(judgeCalls({ metrics: refused, newestMs: null }, NOW)[0], 'gateway token', /3 posts were refused/);
    expect(judgeCalls({ metrics: `${refused}\n${taken}`, newestMs: NOW }, NOW)).toMatchObject([{ ok: true }]);
  });

  const monitoring = (client: string, outcomes: Readonly<Record<string, number>>): string =>
    Object.entries(outcomes)
      .map(([outcome, count]) => `clew_monitoring_requests_total{client="${client}",outcome="${outcome}"} ${count}\n`)
      .join('');

  it('finds that Prometheus and Alertmanager are refused, go astray, or never come', () => {
    const scrape = (outcomes: Readonly<Record<string, number>>) => judgeMonitors(monitoring('prometheus', outcomes))[0];
    const webhook = (outcomes: Readonly<Record<string, number>>) => judgeMonitors(monitoring('alertmanager', outcomes))[1];
    expectFault(scrape({ refused: 4 }), 'scrape', /4 scrapes were refused/);
    expectFault(scrape({ wrong_path: 4 }), 'scrape', /another path than \/metrics/);
    expectFault(webhook({ refused: 2 }), 'webhook', /2 posts of Alertmanager were refused/);
    expectFault(webhook({ wrong_path: 2 }), 'webhook', /another path than \/v1\/alerts\/alertmanager/);
    expectFault(webhook({ failed: 1 }), 'webhook', /could not be answered/);
    expect([scrape({ taken: 9, refused: 4 })?.ok, webhook({ taken: 1, failed: 1 })?.ok]).toEqual([true, true]);
    // Whoever has neither has no fault; whoever shows a configuration expects them.
    expect(judgeMonitors('').map(({ ok }) => ok)).toEqual([true, true]);
    const [none, never] = judgeMonitors('', ['scrape', 'webhook']);
    expectFault(none, 'scrape', /none of the scrapes came/);
    expectFault(never, 'webhook', /none of the posts of Alertmanager came/);
    expect(never?.remedy).toContain('amtool alert add');
    expect(judgeMonitors(undefined, ['scrape'])).toEqual([]);
  });

  it('asks the control plane that runs whether what a file describes has called', async () => {
    const port = await serving((_, response) => response.end(monitoring('alertmanager', { taken: 2 })));
    const config = { ...HERE, port, adminToken: 'secret' };
    expect(await checkMonitor('webhook', config, {})).toMatchObject([{ name: 'webhook', ok: true }]);
    expect(await checkMonitor('scrape', config, {})).toMatchObject([{ name: 'scrape', ok: false }]);
    const closed = await serving((_, response) => response.writeHead(401).end());
    expect(await checkMonitor('scrape', { ...config, port: closed }, {})).toEqual([]);
  });

  it('asks the servers of the settings', async () => {
    const asked: string[] = [];
    const port = await serving((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
      const body = request.url?.startsWith('/v1/threads') === true ? { items: [{ lastAt: new Date().toISOString() }] } : {};
      response.end(JSON.stringify(body));
    });
    const url = `http://127.0.0.1:${port}`;
    const config = { ...HERE, port, weaviateUrl: url, otlp: readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: url }).otlp, adminToken: 'secret' };
    expect((await checkServers(config, {})).map(({ name, ok }) => [name, ok])).toEqual([
      ['weaviate', true],
      ['otlp', true],
      ['scrape', true],
      ['webhook', true],
      ['clock', true],
      ['gateway', true],
    ]);
    expect(asked.toSorted()).toEqual([
      'GET /healthz ',
      'GET /metrics Bearer secret',
      'GET /v1/.well-known/ready ',
      'GET /v1/threads?limit=1 Bearer secret',
      'POST /v1/traces ',
    ]);
  });
});

it('every finding has been found by a test', () => {
  const unreadable = ['kong file', 'litellm file', 'prometheus file', 'alertmanager file'];
  expect([...seen, ...unreadable].toSorted()).toEqual(Object.keys(REMEDIES).toSorted());
});
