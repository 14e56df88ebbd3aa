import { decode } from '@msgpack/msgpack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logNothing } from '../../plugin/trial-gateway/log.ts';
import { PluginServer, queryPlugins } from '../../plugin/trial-gateway/plugin-server.ts';
import { encodeLikeKong } from '../../plugin/trial-gateway/protocol/encode.ts';
import { FrameSplitter } from '../../plugin/trial-gateway/protocol/frame-splitter.ts';
import type { LuaValue } from '../../plugin/trial-gateway/protocol/lua-value.ts';
import { PluginClient, type PluginEntry } from '../../plugin/trial-gateway/protocol/plugin-client.ts';
import { RpcPool } from '../../plugin/trial-gateway/protocol/rpc-pool.ts';
import { launchers } from '../support/plugin-launchers.ts';
import { actsOf, exchangesOf, framesOf, recordings, toLua, type RecordedAct } from './kong-recordings.ts';

const complete = recordings.filter((recording) => recording.isComplete && recording.frames[0]![1].includes('5374617274496e7374616e6365'));
const TIMEOUT_MS = 10_000;
/** Kong's own marks in Config. */
const MARKS = ['__plugin_id', '__seq__', '__key__', '__ws_id', 'route_id'];

describe('frames of a real Kong', () => {
  const out = recordings.flatMap((recording) => framesOf(recording).filter(([direction]) => direction === 'out'));

  it('are written byte for byte as Kong writes them', () => {
    expect(out.length).toBeGreaterThan(60);
    for (const [, bytes] of out) expect(encodeLikeKong(toLua(decode(bytes))).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  });

  it('are found in a stream however it is cut', () => {
    const all = recordings.flatMap((recording) => framesOf(recording).map(([, bytes]) => Buffer.from(bytes)));
    const stream = Buffer.concat(all);
    for (const size of [1, 7, 64, 4096, stream.length]) {
      const splitter = new FrameSplitter();
      const found: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) found.push(...splitter.push(stream.subarray(at, at + size)));
      expect(found.map(String)).toEqual(all.map(String));
    }
  });
});

/** What must be the same whoever numbers messages, events and instances. */
function comparable(acts: readonly RecordedAct[]): unknown[] {
  return acts.map((act) => {
    if (act.kind !== 'start') return act;
    const { Config, Name } = act.reply as { Config: Record<string, unknown>; Name: string };
    return {
      kind: act.kind,
      config: settings(act.config),
      marks: MARKS.filter((mark) => mark in act.config),
      Name,
      Config: settings(Config),
    };
  });
}

const settings = (config: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !MARKS.includes(key)));

/** The start of a story and one event, as they would have been before the settings changed. */
function olderSettings(acts: readonly RecordedAct[]): RecordedAct[] {
  return acts.flatMap((act) => {
    if (act.kind !== 'start') return [];
    return [
      { ...act, config: { ...act.config, __seq__: Number(act.config['__seq__']) - 1, mode: 'none' } },
      { kind: 'event', phase: 'log', calls: [], hasReturned: true },
    ];
  });
}

/** Plays a recorded story through our client: Kong's part is ours, PDK results are the recorded ones. */
async function play(client: PluginClient, name: string, acts: readonly RecordedAct[]): Promise<void> {
  const entries = new Map<string, PluginEntry>();
  let current: PluginEntry | undefined;
  for (const act of acts) {
    if (act.kind === 'start') {
      const routeId = String(act.config['route_id']);
      current = {
        key: `${name}:${String(act.config['__key__'])}`,
        pluginName: 'js-probe',
        sequence: Number(act.config['__seq__']),
        config: settings(act.config),
        pluginId: String(act.config['__plugin_id']),
        routeId,
      };
      entries.set(routeId, current);
    } else if (act.kind === 'event') {
      const replies = [...act.calls];
      const host = {
        call: (): LuaValue => {
          const call = replies.shift();
          if (call?.reply === undefined && call?.method !== 'kong.response.exit') throw new Error('raised in Lua');
          const data = call.reply?.data;
          return data instanceof Uint8Array ? data : toLua(data);
        },
      };
      await client.handleEvent(current!, act.phase, host, TIMEOUT_MS).catch((error: unknown) => {
        expect(String(error)).toContain('raised in Lua');
      });
    }
  }
}

describe.each(launchers())('%s', (_, launcher) => {
  const frames: (readonly ['out' | 'in', Uint8Array])[] = [];
  const server = new PluginServer(launcher, logNothing);
  const rpc = new RpcPool({ socketPath: server.socketPath, onFrame: (direction, frame) => frames.push([direction, frame]) });
  beforeAll(() => server.start());
  afterAll(async () => {
    rpc.close();
    await server.stop();
  });

  it('describes the plugin as Kong reads it', async () => {
    const [plugin] = await queryPlugins(launcher);
    expect(plugin).toMatchObject({ name: 'js-probe', version: '0.1.0', priority: 500 });
    expect([...plugin!.phases].sort()).toEqual(['access', 'log']);
  });

  it.each(complete.map((recording) => [recording.name, recording] as const))(
    'exchanges the same values with us as with Kong: %s',
    async (name, recording) => {
      const recorded = actsOf(framesOf(recording));
      const client = new PluginClient(rpc);
      // A story that closes an instance begins with one that already runs.
      if (recorded.some((act) => act.kind === 'close')) await play(client, name, olderSettings(recorded));
      frames.length = 0;
      await play(client, name, recorded);
      await expect.poll(() => comparable(actsOf(frames))).toEqual(comparable(recorded));
      expect(recorded.length).toBeGreaterThan(1);
    },
  );

  it('numbers messages from one counter over all connections', async () => {
    frames.length = 0;
    const client = new PluginClient(rpc);
    const entry: PluginEntry = { key: 'many', pluginName: 'js-probe', sequence: 1, config: { mode: 'calls', n: 3 }, pluginId: 'p' };
    await Promise.all(Array.from({ length: 8 }, () => client.handleEvent(entry, 'access', { call: () => 'host' }, TIMEOUT_MS)));
    const ids = frames.filter(([direction]) => direction === 'out').map(([, bytes]) => (decode(bytes) as number[])[1]!);
    expect(ids).toEqual(ids.map((_id, index) => ids[0]! + index));
    expect(rpc.connections).toBeGreaterThan(1);
    expect(exchangesOf(frames).filter(({ method }) => method === 'StartInstance')).toHaveLength(1);
  });

  it('answers an unknown instance with words on which we start it anew', async () => {
    const client = new PluginClient(rpc);
    const entry: PluginEntry = { key: 'again', pluginName: 'js-probe', sequence: 1, config: { mode: 'none' }, pluginId: 'p' };
    await client.handleEvent(entry, 'access', { call: () => undefined }, TIMEOUT_MS);
    const started = exchangesOf(frames).findLast(({ method }) => method === 'StartInstance');
    await rpc.call('CloseInstance', [Number(started!.result!['Id'])], TIMEOUT_MS);
    frames.length = 0;
    await expect(client.handleEvent(entry, 'access', { call: () => undefined }, TIMEOUT_MS)).resolves.toBe('returned');
    expect(exchangesOf(frames).map(({ method }) => method)).toEqual(['HandleEvent', 'StartInstance', 'HandleEvent']);
  });

  it('times out on a handler that never settles, and goes on', async () => {
    const client = new PluginClient(rpc);
    const entry: PluginEntry = { key: 'hang', pluginName: 'js-probe', sequence: 1, config: { mode: 'hang' }, pluginId: 'p' };
    await expect(client.handleEvent(entry, 'access', { call: () => undefined }, 100)).rejects.toMatchObject({ code: 'timeout' });
    await expect(client.handleEvent(entry, 'log', { call: () => undefined }, TIMEOUT_MS)).resolves.toBe('returned');
  });
});
