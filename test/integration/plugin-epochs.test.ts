// What a gateway process states of all its runs, from the second thread as built: what it lost, and how it ended.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvelope, readEpoch, readPublicKey, type DsseEnvelope, type EpochPredicate } from '#contract';
import { readConfig } from '../../plugin/src/config.ts';
import { Observers } from '../../plugin/src/thread/index.ts';
import { buildPlugin } from '../../scripts/build-plugin.ts';
import { observedOutcome, observedRun } from '../support/observed-run.ts';
import { eventually, fakeControlPlane, root, type FakeControlPlane } from '../support/plugin-socket.ts';

const built = path.join(root, '.cache', `plugin-epochs-${process.pid}`);
let bundle = '';
beforeAll(async () => {
  bundle = (await buildPlugin(built)).plugin;
});
afterAll(() => {
  fs.rmSync(built, { recursive: true, force: true });
});

function observersFor(url: string, settings: Record<string, unknown> = {}) {
  const { config } = readConfig({ control_plane_url: url, token: 't', hash_key: 'k'.repeat(16), flush_ms: 10, ...settings });
  const silent = () => undefined;
  const observers = new Observers({ file: bundle, logLevel: 'error', log: { error: silent, warn: silent, info: silent } });
  return { observers, observer: observers.for(config), config };
}

const outcome = observedOutcome();

/** The newest statement, checked with the key that was announced. */
function statedTo(plane: FakeControlPlane): EpochPredicate {
  const key = readPublicKey(String(plane.keys.at(-1)?.['publicKey'])) ?? expect.fail('no key was announced');
  const { envelope } = (plane.epochs.at(-1) ?? expect.fail('nothing was stated')) as { envelope: DsseEnvelope };
  const payload = openEnvelope(envelope, key) ?? expect.fail('another key signed it');
  return readEpoch(payload) ?? expect.fail('no statement');
}

describe('the last statement of a process', () => {
  it('says which runs the control plane never took', async () => {
    const plane = await fakeControlPlane();
    const { observers, observer, config } = observersFor(plane.url);
    observer.take(config, observedRun('taken'), outcome);
    await eventually(() => plane.samples.length === 1, 'the first sample');
    plane.onSamples = () => ({ status: 401 });
    for (let n = 0; n < 3; n += 1) observer.take(config, observedRun(`refused ${n}`), outcome);
    await eventually(() => observer.drops.get('refused') === 3, 'the refusals');
    plane.onSamples = (lines) => ({
      status: 202,
      body: { accepted: 0, rejected: lines.map((_, index) => ({ index, code: 'invalid_sample' })) },
    });
    observer.take(config, observedRun('rejected'), outcome);
    await eventually(() => observer.drops.get('rejected') === 1, 'the rejection');
    observer.skip('pending_full', 2);
    await observers.thread.close();
    expect(statedTo(plane)).toMatchObject({
      runs: 7,
      state: 'closed',
      lost: [
        { from: 1, to: 3, reason: 'refused' },
        { from: 4, to: 4, reason: 'rejected' },
        { from: 5, to: 6, reason: 'pending_full' },
      ],
    });
    await plane.close();
  });

  it('covers what a thread that ended had in its hands, in the same epoch and under the same key', async () => {
    const plane = await fakeControlPlane();
    const { observers, observer, config } = observersFor(plane.url);
    observer.take(config, observedRun('before'), outcome);
    await eventually(() => plane.samples.length === 1, 'the sample before');
    observers.thread.send({ kind: 'config', id: 99, config: null } as never);
    await eventually(() => observer.health.get('worker_restarts') === 1, 'the thread to be started again');
    observer.take(config, observedRun('after'), outcome);
    await eventually(() => plane.samples.length === 2, 'the sample after');
    await observers.thread.close();
    expect(new Set(plane.keys.map(({ publicKey }) => publicKey)).size).toBe(1);
    const said = statedTo(plane);
    expect(said).toMatchObject({ runs: 2, state: 'closed', lost: [{ from: 0, to: 0, reason: 'worker_lost' }] });
    expect(plane.samples.map(({ gateway }) => (gateway as { epoch: string }).epoch)).toEqual([said.gateway.epoch, said.gateway.epoch]);
    await plane.close();
  });

  it('waits on disk where the control plane is away, and the next process hands it in', async () => {
    const plane = await fakeControlPlane();
    const settings = { spool_dir: path.join(built, 'spool') };
    const first = observersFor(plane.url, settings);
    first.observer.take(first.config, observedRun('one'), outcome);
    await eventually(() => plane.samples.length === 1, 'the sample');
    plane.identityStatus = 503;
    const before = plane.epochs.length;
    await first.observers.thread.close();
    const folder = path.join(settings.spool_dir, 'epochs');
    const files = fs.readdirSync(folder, { recursive: true }).map(String);
    expect(files.filter((name) => name.endsWith('.epoch'))).toHaveLength(1);
    expect(plane.epochs.length).toBeGreaterThan(before);
    plane.identityStatus = 201;
    plane.epochs.splice(0);
    const second = observersFor(plane.url, settings);
    await eventually(() => plane.epochs.length === 1, 'the statement of the process before');
    expect(statedTo(plane)).toMatchObject({ runs: 1, state: 'closed', gateway: { epoch: first.observer.life.epoch } });
    await eventually(() => !fs.readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.epoch')), 'the file to go');
    await second.observers.thread.close();
    await plane.close();
  });

  it('loses no run to a queue that is full of texts: digests have room of their own', async () => {
    const plane = await fakeControlPlane();
    plane.onSamples = () => ({ status: 503 });
    const { observers, observer, config } = observersFor(plane.url, { queue_bytes: 400_000, flush_ms: 60_000, batch_size: 10_000 });
    const long = 'words '.repeat(2_500);
    for (let n = 0; n < 24; n += 1) observer.take(config, observedRun(`${n} ${long}`), outcome);
    await eventually(() => observer.inHand === 0, 'the runs to be worked off');
    expect(observer.drops.get('queue_full')).toBeGreaterThan(0);
    plane.onSamples = () => undefined;
    await observers.thread.close();
    expect(plane.samples).toHaveLength(24);
    const bare = plane.samples.filter(({ mode }) => mode === 'metadata_only');
    expect(bare).toHaveLength(observer.drops.get('queue_full'));
    expect(bare.every(({ attestation }) => attestation !== undefined)).toBe(true);
    expect(statedTo(plane)).toMatchObject({ runs: 24, lost: [] });
    await plane.close();
  });
});
