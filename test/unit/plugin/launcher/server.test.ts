// The real kong-pdk server with our changes, in this process.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPluginServer } from '../../../../plugin/src/launcher/kong-pdk.ts';
import { createPluginServer, type HardenedServer } from '../../../../plugin/src/launcher/server.ts';

const PROBE = `module.exports = { Name: 'probe', Version: '1', Schema: [], Plugin: class {
  async access(kong) { await kong.request.getMethod() }
  async rewrite() {}
  async preread() { throw new Error('quotes a PROMPT') }
  async response(kong) { await kong.response.exit(403, 'no') }
} }`;

let folder: string;
let server: HardenedServer;
let now = 0;
const said: string[] = [];
const say = (...parts: unknown[]) => void said.push(parts.map(String).join(' '));

const start = () =>
  (server as unknown as { StartInstance(config: object): Promise<{ Id: number }> }).StartInstance({ Name: 'probe', Config: '{}' });

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-probe-'));
  fs.writeFileSync(path.join(folder, 'probe.cjs'), PROBE);
  now = 1_000_000;
  const Base = loadPluginServer(createRequire(import.meta.url));
  server = createPluginServer(Base, { pluginsDirectory: folder, logger: { debug: say, info: say, warn: say, error: say }, now: () => now });
});
afterEach(() => {
  server.close();
  fs.rmSync(folder, { recursive: true });
});

describe('the hardened server', () => {
  it('keeps no compiler in memory for a bundled plugin', () => {
    const require = createRequire(import.meta.url);
    expect(Object.keys(require.cache).filter((file) => /node_modules\/typescript\//.test(file))).toEqual([]);
  });

  it('numbers instances and events from a random base', async () => {
    const first = await start();
    const second = await start();
    expect(second.Id).toBe(first.Id + 1);
    expect(first.Id).toBeGreaterThanOrEqual(2 ** 20);
    expect(first.Id).toBeLessThan(2 ** 31);
    const event = await server.HandleEvent({ InstanceId: first.Id, EventName: 'access' });
    expect(event.EventId).toBeGreaterThanOrEqual(2 ** 20);
  });

  it('forgets an event when its handler is done, made no call, exited or threw', async () => {
    const { Id } = await start();
    for (const [phase, data] of [
      ['rewrite', 'ret'],
      ['preread', 'ret'],
      ['response', { Method: 'kong.response.exit', Args: [403, 'no'] }],
    ] as const) {
      expect((await server.HandleEvent({ InstanceId: Id, EventName: phase })).Data).toEqual(data);
      expect(server.events.size).toBe(0);
    }
    const asked = await server.HandleEvent({ InstanceId: Id, EventName: 'access' });
    expect(server.events.size).toBe(1);
    expect((await server.step({ EventId: asked.EventId, Data: 'GET' }, false)).Data).toBe('ret');
    expect(server.events.size).toBe(0);
  });

  it('sweeps events that Kong gave up on, and no younger ones', async () => {
    const { Id } = await start();
    await server.HandleEvent({ InstanceId: Id, EventName: 'access' });
    now += 100_000;
    const young = await server.HandleEvent({ InstanceId: Id, EventName: 'access' });
    now += 30_000;
    server.sweep(now);
    expect([...server.events.keys()]).toEqual([young.EventId]);
  });

  it('keeps instances that were not used for a while', async () => {
    const { Id } = await start();
    server.sweep(Date.now() + 600_000);
    expect(server.instances.has(Id)).toBe(true);
  });
});
