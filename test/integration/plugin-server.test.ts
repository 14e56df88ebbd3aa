// The plugin in the real kong-pdk server, started by our launcher, at the socket.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSample } from '#contract';
import { buildPlugin } from '../../scripts/build-plugin.ts';
import { answerBody, chat, outcomeTable, requestTable } from '../support/companion-tables.ts';
import {
  Connection,
  eventually,
  fakeControlPlane,
  root,
  startServer,
  type FakeControlPlane,
  type RunningServer,
} from '../support/plugin-socket.ts';

const built = path.join(root, '.cache', `plugin-test-${process.pid}`);
let launcher = '';
let plugins = '';

beforeAll(async () => {
  const files = await buildPlugin(built);
  launcher = files.launcher;
  plugins = path.dirname(files.plugin);
});
afterAll(() => {
  fs.rmSync(built, { recursive: true, force: true });
});

describe('the launcher', () => {
  it('gives instance and event ids that do not come round again after a restart', async () => {
    const ids: number[] = [];
    for (let life = 0; life < 2; life += 1) {
      const server = await startServer(launcher, plugins);
      const kong = new Connection(server.socketPath);
      ids.push(await kong.startInstance({ mode: 'off' }), await kong.startInstance({ mode: 'off' }));
      await expect(kong.call('HandleEvent', { InstanceId: 0, EventName: 'access' })).rejects.toThrow(/^no plugin instance/);
      kong.close();
      await server.stop();
    }
    expect(new Set(ids).size).toBe(4);
    expect(ids[1]).toBe(ids[0]! + 1);
    for (const id of ids) expect(id).toBeGreaterThanOrEqual(2 ** 20);
  });

  it('answers the query command in one line of JSON and ends', async () => {
    const { execFileSync } = await import('node:child_process');
    const out = execFileSync(process.execPath, [launcher, '-plugins-directory', plugins, '--dump-all-plugins']).toString();
    const [info] = JSON.parse(out) as { Name: string; Phases: string[]; Schema: { fields: { config: { fields: object[] } }[] } }[];
    expect(info).toMatchObject({ Name: 'clew', Priority: 780 });
    expect([...info!.Phases].sort()).toEqual(['access', 'log']);
    const names = info!.Schema.fields[0]!.config.fields.map((field) => Object.keys(field)[0]);
    expect(names).toEqual(expect.arrayContaining(['control_plane_url', 'token', 'hash_key', 'tenant', 'environment', 'spool_dir']));
  });

  it('says what is wrong with its flags', async () => {
    const { spawnSync } = await import('node:child_process');
    const result = spawnSync(process.execPath, [launcher, '--kong-prefix', '/tmp']);
    expect(result.status).toBe(2);
    expect(result.stderr.toString()).toContain('--plugins-directory');
  });
});

describe('the server', () => {
  let server: RunningServer;
  let plane: FakeControlPlane;
  let kong: Connection;
  let instance: number;
  const config = () => ({
    control_plane_url: plane.url,
    token: 'secret-token',
    hash_key: 'sixteen characters or more',
    tenant: 'acme',
    environment: 'dev',
    flush_ms: 20,
    policy_poll_seconds: 1,
    gateway: 'trial',
  });

  beforeAll(async () => {
    plane = await fakeControlPlane();
    server = await startServer(launcher, plugins, ['-v', '-v']);
    kong = new Connection(server.socketPath);
    instance = await kong.startInstance(config());
  });
  afterAll(async () => {
    kong.close();
    await server.stop();
    await plane.close();
  });

  async function run(
    body: unknown,
    answer: string | Uint8Array,
    headers: Record<string, string> = {},
    answerHeaders: Record<string, string> = {},
  ) {
    const shared = new Map<string, unknown>([['clew_in', requestTable(body, headers)]]);
    const accessTrips = await kong.phase(instance, 'access', shared);
    const decision = shared.get('clew_out') as { run_id: string; set_headers: Record<string, string>; clear_headers: string[] };
    shared.set('clew_log', outcomeTable(decision, answer, answerHeaders));
    const logTrips = await kong.phase(instance, 'log', shared);
    return { accessTrips, logTrips, decision };
  }
  const sampleOf = async (runId: string) => {
    await eventually(() => plane.samples.some((sample) => sample['runId'] === runId), 'the sample');
    const sample = plane.samples.find((one) => one['runId'] === runId)!;
    const parsed = parseSample(structuredClone(sample));
    expect(parsed).toMatchObject({ ok: true, unknownFields: 0 });
    return parsed.ok ? parsed.value : (undefined as never);
  };

  it('takes three round trips in access, two in log, and ships one valid sample', async () => {
    const { accessTrips, logTrips, decision } = await run(
      chat('Where is my parcel? Mail me at zoe@example.org'),
      answerBody('On its way.'),
      {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03',
        baggage: 'clew.variant=b,team=red',
        'x-clew-user': 'u-1',
        'x-request-id': 'req-7',
      },
    );
    expect({ accessTrips, logTrips }).toEqual({ accessTrips: 3, logTrips: 2 });
    expect(decision.set_headers['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-03$/);
    expect(decision.set_headers).not.toHaveProperty('x-clew-run-id');
    expect(decision.set_headers['baggage']).toBe('team=red');
    expect(decision.clear_headers).toContain('x-clew-user');
    expect(decision).toMatchObject({
      capture_answer: true,
      response_headers: { 'x-clew-run-id': decision.run_id, 'x-correlation-id': 'req-7' },
    });
    const sample = await sampleOf(decision.run_id);
    expect(sample).toMatchObject({
      tenant: 'acme',
      environment: 'dev',
      mode: 'full',
      dialect: 'openai.chat',
      correlationId: 'req-7',
      trace: { traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331', source: 'traceparent' },
      principal: { source: 'header:x-clew-user', trust: 'asserted' },
      model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06' },
      status: { http: 200, outcome: 'ok' },
      gateway: { kind: 'trial', route: 'chat' },
      composition: { variant: 'b' },
      sampling: { reason: 'rate', probability: 1 },
      answer: { text: 'On its way.' },
    });
    expect(sample.prompt?.text).toContain('Where is my parcel?');
    expect(JSON.stringify(sample)).not.toContain('zoe@example.org');
    expect(sample.redaction?.counts['EMAIL_ADDRESS']).toBe(1);
    expect(sample.principal?.id).toMatch(/^p_[\w-]{22}$/);
    expect(plane.requests.find(({ path: where }) => where === '/v1/samples')?.headers).toMatchObject({
      authorization: 'Bearer secret-token',
      'content-encoding': 'gzip',
      'content-type': 'application/x-ndjson',
    });
  });

  it('takes frames of megabytes, in pieces and joined', async () => {
    const long = 'parcel '.repeat(200_000);
    const shared = new Map<string, unknown>([['clew_in', requestTable(chat(long))]]);
    const first = (await kong.call('HandleEvent', { InstanceId: instance, EventName: 'access' })) as { EventId: number };
    const { bytes, answer } = kong.prepare('Step', { EventId: first.EventId, Data: shared.get('clew_in') });
    expect(bytes.length).toBeGreaterThan(1_000_000);
    // Cut within the first header bytes, within the payload, and with the next call glued to the end.
    const status = kong.prepare('GetStatus');
    const joined = Buffer.concat([bytes, status.bytes]);
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 70_000],
      [70_000, 900_000],
      [900_000, joined.length],
    ] as const) {
      kong.socket.write(joined.subarray(from, to));
      await sleep(5);
    }
    expect(await answer).toMatchObject({ EventId: first.EventId, Data: { Method: 'kong.ctx.shared.set' } });
    expect(await status.answer).toMatchObject({ Pid: server.child.pid });
    await kong.call('Step', { EventId: first.EventId });
  });

  it('reads compressed answers that Kong hands over as text of any bytes', async () => {
    const gzipped = zlib.gzipSync(answerBody('Compressed.'));
    const { decision } = await run(chat('zip?'), gzipped, {}, { 'content-encoding': 'gzip' });
    expect((await sampleOf(decision.run_id)).answer?.text).toBe('Compressed.');
    const brotli = await run(chat('br?'), zlib.brotliCompressSync(answerBody('Smaller.')), {}, { 'content-encoding': 'br' });
    expect((await sampleOf(brotli.decision.run_id)).answer?.text).toBe('Smaller.');
  });

  it('keeps the run without its answer when that is a bomb', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(30_000_000, 32));
    const { decision } = await run(chat('bomb?'), bomb, {}, { 'content-encoding': 'gzip' });
    const sample = await sampleOf(decision.run_id);
    expect(sample.answer).toBeUndefined();
    expect(sample.prompt?.text).toBe('bomb?');
  });

  it('lets calls that are not for a model pass untouched', async () => {
    const shared = new Map<string, unknown>([['clew_in', { ...requestTable({}), path: '/health', method: 'GET' }]]);
    expect(await kong.phase(instance, 'access', shared)).toBe(2);
    expect(shared.has('clew_out')).toBe(false);
  });

  it("works by Kong's own calls where the companion is missing", async () => {
    const set: Record<string, unknown> = {};
    const shared = new Map<string, unknown>();
    await kong.phase(instance, 'access', shared, (method, args) => {
      if (method === 'kong.request.get_headers')
        return { host: ['api.openai.com'], 'content-type': ['application/json'], baggage: ['clew.x=1'] };
      if (method === 'kong.request.get_method') return 'POST';
      if (method === 'kong.request.get_path') return '/v1/chat/completions';
      if (method === 'kong.request.get_raw_body') return Buffer.from(JSON.stringify(chat('no companion')));
      set[method] = args[0];
      return undefined;
    });
    expect(set['kong.service.request.set_headers']).toHaveProperty('traceparent');
    expect(set['kong.service.request.clear_header']).toBe('baggage');
    const runId = (set['kong.response.set_headers'] as Record<string, string>)['x-clew-run-id']!;
    await kong.phase(instance, 'log', shared, (method) =>
      method === 'kong.response.get_status' ? 200 : { 'content-type': 'application/json' },
    );
    const sample = await sampleOf(runId);
    expect(sample.prompt?.text).toBe('no companion');
    expect(sample.answer).toBeUndefined();
    expect(server.said().match(/companion scripts are not installed/g)).toHaveLength(1);
  });

  it('counts runs without a gap', async () => {
    const runIds: string[] = [];
    for (let n = 0; n < 20; n += 1) runIds.push((await run(chat(`n ${n}`), answerBody('ok'))).decision.run_id);
    const numbers: number[] = [];
    for (const runId of runIds) numbers.push((await sampleOf(runId)).gateway?.counter ?? -1);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  });

  it('obeys a new policy within its poll and takes no faulty one', async () => {
    plane.policy = { version: 1, mode: 'metadata_only' };
    plane.etag = '"two"';
    let sample: Record<string, unknown> = {};
    for (let tries = 0; tries < 40 && sample['mode'] !== 'metadata_only'; tries += 1) {
      await sleep(100);
      sample = (await sampleOf((await run(chat('Secret plan'), answerBody('ok'))).decision.run_id)) as unknown as Record<string, unknown>;
    }
    expect(sample['mode']).toBe('metadata_only');
    expect(sample['prompt']).toBeUndefined();
    plane.policy = { version: 1, mode: 'everything' };
    plane.etag = '"three"';
    await eventually(() => server.said().includes('policy not taken'), 'a warning about the policy');
    const still = await sampleOf((await run(chat('Secret plan'), answerBody('ok'))).decision.run_id);
    expect(still.mode).toBe('metadata_only');
    plane.policy = { version: 1 };
    plane.etag = '"four"';
    for (let tries = 0; tries < 40 && sample['mode'] !== 'full'; tries += 1) {
      await sleep(100);
      sample = (await sampleOf((await run(chat('again'), answerBody('ok'))).decision.run_id)) as unknown as Record<string, unknown>;
    }
    expect(sample['mode']).toBe('full');
  });

  it('closes a connection that sends no MessagePack, and serves the others', async () => {
    const bad = new Connection(server.socketPath);
    const closed = new Promise((resolve) => bad.socket.once('close', resolve));
    bad.socket.write(Buffer.from([0xc1, 0, 0]));
    await closed;
    expect(await kong.call('GetStatus')).toMatchObject({ Pid: server.child.pid });
  });

  it('never writes prompts, tokens or keys to the log, whatever the flags', () => {
    expect(server.said()).not.toMatch(/secret-token|sixteen characters|parcel|Secret plan|zoe/);
  });

  it('answers access quickly also while a burst of answers is being read', async () => {
    const quiet = await accessTimes(200);
    const text = 'The parcel of Zoe Example (zoe@example.org) left on Monday. '.repeat(150);
    const prepared = new Map<string, unknown>();
    for (let n = 0; n < 100; n += 1) {
      const shared = new Map<string, unknown>([['clew_in', requestTable(chat(text))]]);
      await kong.phase(instance, 'access', shared);
      prepared.set(`shared${n}`, shared.set('clew_log', outcomeTable(shared.get('clew_out'), answerBody(text))));
    }
    const logs = [...prepared.values()].map(async (shared) => kong.phase(instance, 'log', shared as Map<string, unknown>));
    const busy = await accessTimes(100);
    await Promise.all(logs);
    process.stdout.write(
      `access inside the server: p50 ${quiet.p50.toFixed(2)} ms, p99 ${quiet.p99.toFixed(2)}; during a burst p50 ${busy.p50.toFixed(2)}, p99 ${busy.p99.toFixed(2)}, max ${busy.max.toFixed(2)}\n`,
    );
    expect(quiet.p50).toBeLessThan(20);
    expect(busy.max).toBeLessThan(250);
  });

  async function accessTimes(count: number): Promise<{ p50: number; p99: number; max: number }> {
    const own = new Connection(server.socketPath);
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const shared = new Map<string, unknown>([['clew_in', requestTable(chat('quick'))]]);
      const begin = performance.now();
      await own.phase(instance, 'access', shared);
      times.push(performance.now() - begin);
    }
    own.close();
    times.sort((a, b) => a - b);
    return { p50: times[Math.floor(count / 2)]!, p99: times[Math.floor(count * 0.99)]!, max: times.at(-1)! };
  }
});
