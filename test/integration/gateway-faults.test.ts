import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { logNothing } from '../../plugin/trial-gateway/log.ts';
import { startTrialGateway, type TrialGateway, type TrialGatewayOptions } from '../../plugin/trial-gateway/index.ts';
import { PluginConfigError } from '../../plugin/trial-gateway/plugin-config.ts';
import { send } from '../support/http-client.ts';
import { ownLauncher, stockLauncher } from '../support/plugin-launchers.ts';

// Whatever is wrong with the plugin, the request goes on. Where Kong would answer 500, so does the gateway.

const chat = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'What do bees do in winter?' }] });

describe('a gateway whose plugin', () => {
  let gateway: TrialGateway | undefined;
  afterEach(async () => {
    await gateway?.close();
    gateway = undefined;
  });

  const start = async (pluginConfig: Record<string, unknown>, options: Partial<TrialGatewayOptions> = {}): Promise<TrialGateway> => {
    gateway = await startTrialGateway({
      port: 0,
      controlPlaneUrl: 'http://127.0.0.1:9',
      token: 'test',
      launcher: ownLauncher,
      log: logNothing,
      pluginConfig,
      ...options,
    });
    return gateway;
  };
  const ask = (running: TrialGateway, agent?: http.Agent) =>
    send(`${running.url}/v1/chat/completions`, {
      body: chat,
      headers: { 'content-type': 'application/json' },
      ...(agent ? { agent } : {}),
    });

  it('hangs: forwards after the limit', async () => {
    const running = await start({ mode: 'hang' }, { pluginTimeoutMs: 300 });
    const startedMs = performance.now();
    const answer = await ask(running);
    expect(answer.status).toBe(200);
    expect(performance.now() - startedMs).toBeGreaterThan(290);
    expect(running.stats().failedOpen.timeout).toBe(1);
  });

  it('blocks its whole process: forwards after the limit', async () => {
    const running = await start({ mode: 'block' }, { pluginTimeoutMs: 300 });
    expect((await ask(running)).status).toBe(200);
    expect((await ask(running)).status).toBe(200);
    await running.settle();
    expect(running.stats().failedOpen.timeout).toBe(4);
    process.kill(running.pluginServerPid!, 'SIGKILL');
  });

  it('hangs in the log phase: no client waits', async () => {
    const running = await start({ logmode: 'hang' }, { pluginTimeoutMs: 1_500 });
    const startedMs = performance.now();
    expect((await ask(running)).status).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await running.settle();
    expect(running.stats().failedOpen.timeout).toBe(1);
  });

  it('throws: forwards', async () => {
    const running = await start({ mode: 'throws' });
    expect((await ask(running)).status).toBe(200);
    expect(running.stats()).toMatchObject({ pdkErrors: 0, failedOpen: { remote: 0, timeout: 0 } });
  });

  it.each(['log.serialize', 'response.getStatus', 'request.noSuchThing'])(
    'makes a call that raises in Lua (%s): 500, and the next request works',
    async (call) => {
      const running = await start({ mode: 'callh' });
      const answer = await send(`${running.url}/v1/models`, { method: 'GET', headers: { 'x-call': call } });
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.body.toString())).toMatchObject({ message: 'An unexpected error occurred' });
      const next = await send(`${running.url}/v1/models`, { method: 'GET', headers: { 'x-call': 'request.getMethod' } });
      expect(next.status).toBe(200);
      expect(running.stats().pdkErrors).toBe(1);
    },
  );

  it('reads a body over 8 KB without saying so: 500, as in Kong', async () => {
    const running = await start({ mode: 'callh' });
    const headers = { 'x-call': 'request.getRawBody' };
    expect((await send(`${running.url}/v1/models`, { headers, body: 'x'.repeat(8192) })).status).toBe(404);
    expect((await send(`${running.url}/v1/models`, { headers, body: 'x'.repeat(8193) })).status).toBe(500);
  });

  it('asks for the path in the log phase: the answer is out already', async () => {
    const running = await start({ logmode: 'path' });
    expect((await ask(running)).status).toBe(200);
    await running.settle();
    expect(running.stats().pdkErrors).toBe(1);
  });

  it('ends a request itself: its answer, then the log phase', async () => {
    const running = await start({ mode: 'exit' });
    const answer = await ask(running);
    await running.settle();
    expect([answer.status, answer.body.toString(), answer.headers['x-a']]).toEqual([403, '{"m":"no"}', 'b']);
    expect(running.stats()).toMatchObject({ refused: 1, logPhases: 1 });
    expect(running.provider!.requests).toBe(0);
  });

  it.each([
    ['SIGKILL', ownLauncher],
    ['SIGTERM', ownLauncher],
    ['SIGKILL', stockLauncher],
  ] as const)('is killed (%s) again and again under load: every client gets its answer', async (signal, launcher) => {
    const running = await start({ mode: 'decide' }, { launcher });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const statuses: number[] = [];
    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) statuses.push((await ask(running, agent)).status);
    };
    const clients = Promise.all(Array.from({ length: 12 }, client));
    const killed = new Set<number>();
    for (let round = 0; round < 3; round += 1) {
      await sleep(250);
      const pid = running.pluginServerPid!;
      process.kill(pid, signal);
      killed.add(pid);
      await expect.poll(() => running.pluginServerPid, { timeout: 10_000 }).not.toBe(pid);
    }
    await sleep(1_000);
    isOver = true;
    await clients;
    agent.destroy();
    expect(statuses.length).toBeGreaterThan(100);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { failedOpen, pluginServerRestarts } = running.stats();
    expect(failedOpen.closed + failedOpen.unreachable).toBeGreaterThan(0);
    expect(pluginServerRestarts).toBe(killed.size);
    // And the plugin works again.
    await expect.poll(async () => (await ask(running)).headers['x-clew-run'], { timeout: 10_000 }).toBe('none');
  });

  it('gets new settings: a new instance, without a request lost', async () => {
    const running = await start({ mode: 'none' });
    expect((await ask(running)).headers['x-clew-run']).toBeUndefined();
    running.reconfigure({ mode: 'decide' });
    expect((await ask(running)).headers['x-clew-run']).toBe('none');
    expect(() => running.reconfigure({ mode: 7, nothing: 1 })).toThrow(PluginConfigError);
    expect((await ask(running)).headers['x-clew-run']).toBe('none');
  });
});

describe('a gateway whose provider', () => {
  it('cannot be reached: 502, and the log phase runs', async () => {
    const running = await startTrialGateway({
      port: 0,
      upstream: 'http://127.0.0.1:9',
      controlPlaneUrl: 'http://127.0.0.1:9',
      token: 'test',
      launcher: ownLauncher,
      log: logNothing,
    });
    const answer = await send(`${running.url}/v1/x`, { body: '{}' });
    await running.settle();
    expect(answer.status).toBe(502);
    expect(running.stats()).toMatchObject({ upstreamErrors: 1, logPhases: 1 });
    await running.close();
  });

  it('is silent for too long: 504', async () => {
    const running = await startTrialGateway({
      port: 0,
      controlPlaneUrl: 'http://127.0.0.1:9',
      token: 'test',
      launcher: ownLauncher,
      log: logNothing,
      upstreamTimeoutMs: 200,
    });
    const answer = await send(`${running.url}/v1/chat/completions`, { body: chat, headers: { 'x-script': 'slow=5000' } });
    expect(answer.status).toBe(504);
    await running.close();
  });
});
