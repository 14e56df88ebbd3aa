// The second thread as built, with the bundle that Kong loads.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../plugin/src/config.ts';
import { Observers } from '../../plugin/src/thread/index.ts';
import { buildPlugin } from '../../scripts/build-plugin.ts';
import { observedOutcome, observedRun } from '../support/observed-run.ts';
import { eventually, fakeControlPlane, root } from '../support/plugin-socket.ts';

const built = path.join(root, '.cache', `plugin-thread-${process.pid}`);
let bundle = '';

beforeAll(async () => {
  bundle = (await buildPlugin(built)).plugin;
});
afterAll(() => {
  fs.rmSync(built, { recursive: true, force: true });
});

const said: string[] = [];
const say = (text: string) => void said.push(text);

function observersFor(url: string, settings: Record<string, unknown> = {}) {
  const { config } = readConfig({ control_plane_url: url, token: 't', hash_key: 'k'.repeat(16), flush_ms: 10, ...settings });
  const observers = new Observers({ file: bundle, logLevel: 'info', log: { error: say, warn: say, info: say } });
  return { observers, observer: observers.for(config), config };
}

const outcome = () => observedOutcome('Hi');

describe('the thread behind the log phase', () => {
  it('ships what it takes, and after a crash goes on under the same policy and numbers', async () => {
    const plane = await fakeControlPlane();
    plane.policy = { version: 1, mode: 'metadata_only' };
    const { observers, observer, config } = observersFor(plane.url);
    for (let n = 0; n < 3; n += 1) observer.take(config, observedRun(`words ${n}`), outcome());
    await eventually(() => plane.samples.length === 3, 'the samples before');
    // From here on nobody gives out policies: what the thread knew must come back to it.
    plane.policy = undefined;
    observers.thread.send({ kind: 'config', id: 99, config: null } as never);
    await eventually(() => observer.health.get('worker_restarts') === 1, 'the thread to be started again');
    for (let n = 0; n < 3; n += 1) observer.take(config, observedRun(`more ${n}`), outcome());
    await eventually(() => plane.samples.length === 6, 'the samples after');
    const gateways = plane.samples.map(({ gateway }) => gateway as { epoch: string; counter: number });
    expect(gateways.map(({ counter }) => counter).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(gateways.map(({ epoch }) => epoch)).size).toBe(1);
    expect(plane.samples.map(({ mode, prompt }) => [mode, prompt])).toEqual(Array(6).fill(['metadata_only', undefined]));
    // Counted when the thread hears the answer, which is after the samples are here.
    await eventually(() => observer.health.get('delivered') === 6, 'the deliveries to be counted');
    expect(observer.health.all()).toMatchObject({ delivered: 6, kept: 6, worker_restarts: 1 });
    await observers.thread.close();
    await plane.close();
  });

  it('delivers what it holds before it ends', async () => {
    const plane = await fakeControlPlane();
    const { observers, observer, config } = observersFor(plane.url, { flush_ms: 60_000 });
    for (let n = 0; n < 40; n += 1) observer.take(config, observedRun(`words ${n}`), outcome());
    await observers.thread.close();
    expect(plane.samples).toHaveLength(40);
    expect(observer.drops.all()).toEqual({});
    await plane.close();
  });

  it('waits for the first policy instead of keeping runs under none', async () => {
    const plane = await fakeControlPlane();
    plane.policy = { version: 1, mode: 'off' };
    const { observers, observer, config } = observersFor(plane.url);
    observer.take(config, observedRun('nobody may keep this'), outcome());
    await eventually(() => observer.drops.get('mode_off') === 1, 'the run to be passed over');
    expect(observer.isOff('full')).toBe(true);
    await observers.thread.close();
    expect(plane.samples).toEqual([]);
    await plane.close();
  });

  it('keeps the last good policy over a restart with a dead control plane, in a file for nobody else', async () => {
    const plane = await fakeControlPlane();
    plane.policy = { version: 1, mode: 'topic_only', redaction: { allow: ['allowed-words'] } };
    plane.etag = '"kept"';
    const folder = path.join(built, 'kept');
    const settings = { spool_dir: folder };
    const first = observersFor(plane.url, settings);
    first.observer.take(first.config, observedRun('one'), outcome());
    await eventually(() => plane.samples.length === 1, 'the sample under the policy');
    await first.observers.thread.close();
    const files = fs.readdirSync(path.join(folder, 'policies'));
    expect(files).toHaveLength(1);
    const file = path.join(folder, 'policies', files[0]!);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(file).includes('allowed-words')).toBe(false);

    plane.policy = undefined;
    const second = observersFor(plane.url, settings);
    second.observer.take(second.config, observedRun('two'), outcome());
    await eventually(() => plane.samples.length === 2, 'the sample after the restart');
    expect(plane.samples[1]).toMatchObject({ mode: 'topic_only', sampling: { policy: 'kept' } });
    await second.observers.thread.close();

    // The floor of the settings holds under a kept policy as under a fresh one.
    const third = observersFor(plane.url, { ...settings, mode: 'metadata_only' });
    third.observer.take(third.config, observedRun('three'), outcome());
    await eventually(() => plane.samples.length === 3, 'the sample above the floor');
    expect(plane.samples[2]).toMatchObject({ mode: 'metadata_only' });
    await third.observers.thread.close();

    // A damaged file is as good as none.
    fs.writeFileSync(file, 'damaged');
    const fourth = observersFor(plane.url, settings);
    fourth.observer.take(fourth.config, observedRun('four'), outcome());
    await eventually(() => plane.samples.length === 4, 'the sample without a policy');
    expect(plane.samples[3]).toMatchObject({ mode: 'full', sampling: { policy: 'default' } });
    await fourth.observers.thread.close();
    await plane.close();
  });
});
