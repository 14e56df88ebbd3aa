// What a gateway says of its runs under its own key, from the real plugin server to a bundle that an outsider checks.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announceKey, publicKeyPem, signEpoch, signingKey } from '#contract';
import { buildPlugin } from '../../scripts/build-plugin.ts';
import { bearer, ndjson, sample } from '../support/control-plane.ts';
import { crosscheckBundles } from '../support/crosscheck.ts';
import { callThrough, killHard } from '../support/plugin-calls.ts';
import { listeningPlane, type ListeningPlane } from '../support/listening.ts';
import { Connection, root, startServer } from '../support/plugin-socket.ts';

const built = path.join(root, '.cache', `identity-gateway-${process.pid}`);
let launcher = '';
let plugins = '';
const clock = { ahead: 0, nowMs: () => Date.now() + clock.ahead };
let plane: ListeningPlane;
let token = '';

beforeAll(async () => {
  const files = await buildPlugin(built);
  launcher = files.launcher;
  plugins = path.dirname(files.plugin);
  plane = await listeningPlane({ overrides: { clock } });
  token = await plane.ingestToken();
});
afterAll(async () => {
  await plane.close();
  fs.rmSync(built, { recursive: true, force: true });
});

const settings = (more: Record<string, unknown> = {}) => ({
  control_plane_url: plane.url,
  token,
  hash_key: 'sixteen characters or more',
  flush_ms: 20,
  gateway: 'trial',
  ...more,
});

interface Gaps {
  readonly missing: number;
  readonly lost: number;
  readonly unknownEnd: number;
  readonly unproven: number;
  readonly items: readonly {
    readonly epoch: string;
    readonly from: number;
    readonly to: number;
    readonly kind: string;
    readonly reason?: string;
  }[];
  readonly epochs: readonly {
    readonly epoch: string;
    readonly end: string;
    readonly keyId: string | null;
    readonly runs: number;
    readonly stated: { readonly runs: number; readonly state: string } | null;
  }[];
  readonly refused: readonly { readonly reason: string; readonly keyId: string; readonly count: number }[];
}
const gaps = () => plane.get<Gaps>('/v1/log/gaps');

interface RunView {
  readonly proof: { readonly by: string; readonly keyId: string; readonly refused?: string };
  readonly digest: string;
}

async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await ask().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within time: ${what}`);
}
const runOf = (runId: string) => until(() => plane.get<RunView>(`/v1/runs/${runId}`), `run ${runId}`);

describe('a gateway that signs', () => {
  it('makes its key, announces it with an ingest token, and signs every run, kept whole or not', async () => {
    const spool = path.join(built, 'spool');
    const server = await startServer(launcher, plugins);
    const kong = new Connection(server.socketPath);
    const instance = await kong.startInstance(settings({ spool_dir: spool }));
    const calls = [];
    for (let n = 0; n < 5; n += 1) calls.push(await callThrough(kong, instance));
    expect(calls.map(({ accessTrips, logTrips }) => [accessTrips, logTrips])).toEqual(Array(5).fill([3, 2]));
    for (const { runId } of calls) expect((await runOf(runId)).proof).toMatchObject({ by: 'gateway' });
    const { keyId } = (await runOf(calls[0]!.runId)).proof;
    const file = path.join(spool, 'gateway.key');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    const { items: keys } = await plane.get<{ items: Record<string, unknown>[] }>('/v1/gateway-keys');
    expect(keys).toMatchObject([{ id: keyId, vouched: false, counts: true, name: os.hostname() }]);

    // Offline, with what an outsider has: the bundle, and keys from elsewhere.
    const bundle = await plane.get<{ vkey: string; gatewayKey: string; envelope: { payload: string } }>(
      `/v1/runs/${calls[0]!.runId}/bundle`,
    );
    const bundleFile = path.join(built, 'bundle.json');
    const keyFile = path.join(built, 'gateway.pem');
    fs.writeFileSync(bundleFile, `${JSON.stringify(bundle)}\n`);
    fs.writeFileSync(keyFile, bundle.gatewayKey);
    const verify = (pem: string) =>
      spawnSync(
        process.execPath,
        ['control-plane/src/cli/main.ts', 'identity', 'verify', bundleFile, '--vkey', bundle.vkey, '--gateway-key', pem],
        { cwd: root, encoding: 'utf8' },
      );
    const verified = verify(keyFile);
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      verified: true,
      statement: { predicate: { recordedBy: 'gateway', gateway: { kind: 'trial', counter: 0 } } },
    });
    fs.writeFileSync(path.join(built, 'stranger.pem'), publicKeyPem(signingKey(new Uint8Array(32).fill(3)).publicKey));
    expect(verify(path.join(built, 'stranger.pem')).status).toBe(1);
    expect(crosscheckBundles(bundleFile, bundle.vkey, keyFile)).toEqual([
      { ok: true, says: createHash('sha256').update(Buffer.from(bundle.envelope.payload, 'base64')).digest('hex') },
    ]);

    kong.close();
    await server.stop();
    const closed = (await gaps()).epochs.find((epoch) => epoch.keyId === keyId);
    expect(closed).toMatchObject({ end: 'closed', runs: 5, stated: { runs: 5, state: 'closed' } });

    // The next process has another epoch and the same key.
    const second = await startServer(launcher, plugins);
    const again = new Connection(second.socketPath);
    const { runId } = await callThrough(again, await again.startInstance(settings({ spool_dir: spool })));
    expect((await runOf(runId)).proof.keyId).toBe(keyId);
    again.close();
    await second.stop();
    expect(await gaps()).toMatchObject({ missing: 0, lost: 0, unknownEnd: 0, unproven: 0 });
  });

  it('signs with the key that it is given', async () => {
    const given = signingKey(new Uint8Array(32).fill(9));
    const server = await startServer(launcher, plugins);
    const kong = new Connection(server.socketPath);
    const pem = given.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const { runId } = await callThrough(kong, await kong.startInstance(settings({ signing_key: pem })));
    expect((await runOf(runId)).proof).toMatchObject({ by: 'gateway', keyId: given.keyId });
    kong.close();
    await server.stop();
    expect(server.said()).not.toContain('PRIVATE KEY');
  });

  it('states what it lost when it ends, and of a process that is killed nobody says that runs were left out', async () => {
    const before = await gaps();
    // Nothing leaves in time: what is in memory when the process is gone is gone.
    const server = await startServer(launcher, plugins);
    const kong = new Connection(server.socketPath);
    const instance = await kong.startInstance(settings({ flush_ms: 250, batch_size: 10_000 }));
    const { runId } = await callThrough(kong, instance);
    await runOf(runId);
    const known = new Set(before.epochs.map(({ epoch }) => epoch));
    const opened = await until(
      async () => (await gaps()).epochs.find(({ epoch, stated }) => !known.has(epoch) && stated !== null),
      'a statement',
    );
    expect(opened).toMatchObject({ end: 'open', stated: { state: 'open' } });
    const later = [];
    for (let n = 0; n < 3; n += 1) later.push(await callThrough(kong, instance));
    // Counted by the statement, not delivered: as if the network had been slow.
    await killHard(server);
    kong.close();
    await server.stop();
    expect((await gaps()).epochs.find(({ epoch }) => epoch === opened.epoch)?.end).toBe('open');
    clock.ahead = 60 * 60_000;
    try {
      const after = await gaps();
      expect(after.epochs.find(({ epoch }) => epoch === opened.epoch)?.end).toBe('unknown');
      expect(after.items.filter(({ epoch, kind }) => epoch === opened.epoch && kind === 'missing')).toEqual([]);
      expect(after.missing).toBe(0);
    } finally {
      clock.ahead = 0;
    }
    expect(later).toHaveLength(3);
  });
});

describe('the control plane', () => {
  const key = signingKey(new Uint8Array(32).fill(21));
  const epoch = '00000000000000e1';
  const post = async (body: unknown) =>
    (await request(plane.test.app).post('/v1/gateway-epochs').set(bearer(token)).send({ envelope: body })).body as { result: string };
  const predicate = (fields: Record<string, unknown> = {}) => ({
    version: 1 as const,
    tenant: 'default',
    environment: 'default',
    gateway: { kind: 'kong' as const, epoch },
    startedAt: new Date().toISOString(),
    statedAt: new Date().toISOString(),
    runs: 10,
    lost: [],
    state: 'open' as const,
    ...fields,
  });

  it('takes an announcement only from whoever holds the private key, and vouching only from an administrator', async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    const announce = (body: unknown, by = token) =>
      request(plane.test.app)
        .post('/v1/gateway-keys')
        .set(bearer(by))
        .send(body as object);
    const good = announceKey(key, 'gw-21', from);
    expect((await announce({ ...good, proof: undefined })).status).toBe(422);
    expect((await announce({ ...good, name: 'another name' })).status).toBe(422);
    expect((await announce(announceKey(signingKey(new Uint8Array(32).fill(22)), 'x', from))).status).toBe(201);
    const announced = await announce(good);
    expect(announced.status).toBe(201);
    expect(announced.body).toMatchObject({ id: key.keyId, vouched: false, counts: true, from });
    expect((announced.body as { announcedBy: string }).announcedBy).not.toBe('');
    const vouched = await request(plane.test.app).post('/v1/gateway-keys').set(bearer()).send({ name: 'gw-21', publicKey: good.publicKey });
    expect(vouched.body).toMatchObject({ id: key.keyId, vouched: true, from });
    // A date far back is of no use to a thief of the token.
    const far = announceKey(signingKey(new Uint8Array(32).fill(23)), 'x', '2016-01-01T00:00:00.000Z');
    const bounded = (await announce(far)).body as { from: string };
    expect(Date.now() - Date.parse(bounded.from)).toBeLessThan(31 * 24 * 60 * 60_000);
  });

  it('shows what a gateway says that it lost, and what nothing explains', async () => {
    expect(await post(signEpoch(predicate({ lost: [{ from: 2, to: 4, reason: 'queue_full' }] }), key))).toMatchObject({ result: 'taken' });
    const here = (await gaps()).items.filter((item) => item.epoch === epoch);
    expect(here.map(({ from, to, kind, reason }) => [from, to, kind, reason])).toEqual([
      [0, 1, 'on_the_way', undefined],
      [2, 4, 'lost', 'queue_full'],
      [5, 9, 'on_the_way', undefined],
    ]);
    // Nobody takes numbers back, and an end is an end.
    expect(await post(signEpoch(predicate({ runs: 3 }), key))).toMatchObject({ result: 'older' });
    expect(await post(signEpoch(predicate({ state: 'closed' }), key))).toMatchObject({ result: 'taken' });
    expect(await post(signEpoch(predicate({ runs: 99 }), key))).toMatchObject({ result: 'older' });
    clock.ahead = 30 * 60_000;
    try {
      expect((await gaps()).items.filter((item) => item.epoch === epoch).map(({ kind }) => kind)).toEqual(['missing']);
    } finally {
      clock.ahead = 0;
    }
  });

  it('lets nobody fill a gap of a signed epoch, and shows every signature that it did not take', async () => {
    const forged = sample({ runId: 'f'.repeat(32), gateway: { kind: 'kong', epoch, counter: 7 } });
    const answer = await request(plane.test.app)
      .post('/v1/samples')
      .set(bearer(token))
      .set('Content-Type', 'application/x-ndjson')
      .send(ndjson([forged]));
    expect(answer.status).toBe(202);
    await plane.test.settled();
    expect((await runOf('f'.repeat(32))).proof.by).toBe('control-plane');
    const seen = await gaps();
    expect(seen.items.some(({ epoch: one, from, to }) => one === epoch && from <= 7 && to >= 7)).toBe(true);
    expect(seen.unproven).toBe(1);
    const stranger = signingKey(new Uint8Array(32).fill(24));
    expect(await post(signEpoch(predicate(), stranger))).toMatchObject({ result: 'unknown_key' });
    const good = signEpoch(predicate(), key);
    expect(await post({ ...good, payload: Buffer.from('{}').toString('base64') })).toMatchObject({ result: 'bad_signature' });
    expect(await post(signEpoch(predicate({ tenant: 'other' }), key))).toMatchObject({ result: 'other_run' });
    expect(await post(signEpoch(predicate(), signingKey(new Uint8Array(32).fill(22))))).toMatchObject({ result: 'other_key' });
    expect((await request(plane.test.app).delete(`/v1/gateway-keys/${key.keyId}`).set(bearer())).status).toBe(200);
    expect(await post(signEpoch(predicate(), key))).toMatchObject({ result: 'key_not_valid' });
    const { refused } = await gaps();
    expect(refused.map(({ reason }) => reason).sort()).toEqual(['bad_signature', 'key_not_valid', 'other_key', 'other_run', 'unknown_key']);
    const metrics = (await request(plane.test.app).get('/metrics')).text;
    expect(metrics).toContain('clew_runs_unaccounted{tenant="default",environment="default",kind="unproven"} 1');
    expect(metrics).toMatch(/clew_run_signatures_total\{tenant="default",environment="default",by="gateway",refused="-"\} \d/);
    expect(metrics).toMatch(
      /clew_runs_total\{tenant="default",environment="default",verdict="undeclared",manifest="-",traffic="live"\} \d/,
    );
  });
});
