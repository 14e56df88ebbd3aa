// The plugin in the real kong-pdk server while something fails around it or in it.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPlugin } from '../../scripts/build-plugin.ts';
import { answerBody, chat, outcomeTable, requestTable } from '../support/companion-tables.ts';
import { Connection, eventually, fakeControlPlane, root, startServer } from '../support/plugin-socket.ts';

const built = path.join(root, '.cache', `plugin-faults-test-${process.pid}`);
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

describe('when things go wrong', () => {
  it('costs the client nothing when the control plane is away, and flushes on SIGTERM once it is back', async () => {
    const plane = await fakeControlPlane();
    plane.onSamples = () => ({ status: 503, headers: { 'retry-after': '1' } });
    const server = await startServer(launcher, plugins);
    const kong = new Connection(server.socketPath);
    const instance = await kong.startInstance({ control_plane_url: plane.url, token: 't', hash_key: 'k'.repeat(16), flush_ms: 10 });
    for (let n = 0; n < 5; n += 1) {
      const shared = new Map<string, unknown>([['clew_in', requestTable(chat(`away ${n}`))]]);
      await kong.phase(instance, 'access', shared);
      shared.set('clew_log', outcomeTable(shared.get('clew_out'), answerBody('ok')));
      await kong.phase(instance, 'log', shared);
    }
    await eventually(() => plane.requests.some(({ path: where }) => where === '/v1/samples'), 'a try');
    expect(plane.samples).toHaveLength(0);
    plane.onSamples = () => undefined;
    const begin = Date.now();
    await server.stop();
    expect(Date.now() - begin).toBeLessThan(3000);
    expect(plane.samples.map((sample) => (sample['prompt'] as { text: string }).text).sort()).toEqual(
      [0, 1, 2, 3, 4].map((n) => `away ${n}`),
    );
    kong.close();
    await plane.close();
  });

  it('keeps samples through a restart where it has a spool', async () => {
    const plane = await fakeControlPlane();
    plane.onSamples = () => ({ status: 503 });
    const settings = {
      control_plane_url: plane.url,
      token: 't',
      hash_key: 'k'.repeat(16),
      flush_ms: 10,
      spool_dir: path.join(built, 'spool'),
    };
    const first = await startServer(launcher, plugins);
    const kong = new Connection(first.socketPath);
    const instance = await kong.startInstance(settings);
    for (let n = 0; n < 3; n += 1) {
      const shared = new Map<string, unknown>([['clew_in', requestTable(chat(`spooled ${n}`))]]);
      await kong.phase(instance, 'access', shared);
      shared.set('clew_log', outcomeTable(shared.get('clew_out'), answerBody('ok')));
      await kong.phase(instance, 'log', shared);
    }
    kong.close();
    await first.stop();
    // Beside the folders lies the key that runs are signed with.
    const folders = fs.readdirSync(settings.spool_dir).filter((name) => fs.statSync(path.join(settings.spool_dir, name)).isDirectory());
    const files = folders.flatMap((folder) =>
      fs.readdirSync(path.join(settings.spool_dir, folder)).map((file) => path.join(settings.spool_dir, folder, file)),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(fs.readFileSync(file).includes('spooled')).toBe(false);
    plane.onSamples = () => undefined;
    const second = await startServer(launcher, plugins);
    const again = new Connection(second.socketPath);
    await again.startInstance(settings);
    await eventually(() => plane.samples.length === 3, 'the spooled samples');
    expect(plane.samples.map((sample) => (sample['prompt'] as { text: string }).text).sort()).toEqual([0, 1, 2].map((n) => `spooled ${n}`));
    again.close();
    await second.stop();
    await plane.close();
  });

  it('lives on after exceptions and rejections that nobody caught, and does not say what they quote', async () => {
    const folder = path.join(built, 'faulty');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'faulty.cjs'),
      `module.exports = { Name: 'faulty', Version: '1', Schema: [], Plugin: class {
         async access() { setTimeout(() => { throw new Error('quotes the PROMPT') }, 1); Promise.reject(new Error('quotes the PROMPT')) }
         async log() { throw new Error('quotes the PROMPT') } } }`,
    );
    const server = await startServer(launcher, folder);
    const kong = new Connection(server.socketPath);
    const instance = await kong.startInstance({}, 'faulty');
    expect(await kong.phase(instance, 'access', new Map())).toBe(1);
    expect(await kong.phase(instance, 'log', new Map())).toBe(1);
    await eventually(() => server.said().includes('uncaught exception') && server.said().includes('unhandled rejection'), 'both said');
    expect(await kong.phase(instance, 'access', new Map())).toBe(1);
    expect(server.said()).not.toContain('PROMPT');
    kong.close();
    await server.stop();
  });

  it('starts an instance with unusable settings as off instead of failing requests', async () => {
    const server = await startServer(launcher, plugins);
    const kong = new Connection(server.socketPath);
    const instance = await kong.startInstance({ control_plane_url: 'ftp://x', hash_key: 'short' });
    expect(await kong.phase(instance, 'access', new Map())).toBe(1);
    expect(server.said()).toMatch(/setting control_plane_url.*\n.*setting token.*\n.*setting hash_key/);
    kong.close();
    await server.stop();
  });
});
