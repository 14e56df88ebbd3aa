// The part of kong-pdk that we start, typed: the package ships no types for it.
import type { LauncherLogger } from './logger.ts';

export interface EventReply {
  /** A call for Kong to make, or "ret" when the handler is done. */
  readonly Data: 'ret' | { readonly Method: string; readonly Args: readonly unknown[] };
  readonly EventId: number;
}

interface PluginInstance {
  isExpired(ttlSeconds?: number): boolean;
}

export interface PluginServer {
  readonly instances: Map<number, PluginInstance>;
  readonly events: Map<number, unknown>;
  instanceID: number;
  eventID: number;
  clearExpiredPlugins(intervalMs: number): NodeJS.Timeout;
  close(): void;
  getLogger(): LauncherLogger;
  getPlugins(): Map<string, unknown>;
  GetPluginInfo(name: string): Promise<unknown>;
  HandleEvent(event: { InstanceId: number; EventName: string }): Promise<EventReply>;
  step(data: { Data?: unknown; EventId: number }, isError: boolean): Promise<EventReply>;
}

export type PluginServerClass = new (pluginDir: string, logger: LauncherLogger, expireTtl?: number) => PluginServer;

/**
 * kong-pdk registers ts-node when it is loaded, which loads a TypeScript compiler (some 60 MB and most of the start
 * time) for plugins written in TypeScript. Ours is one bundled file, and Kong answers 500 until we listen, so the
 * compiler is kept out by an empty module in its place.
 */
export function loadPluginServer(require: NodeJS.Require): PluginServerClass {
  const serverFile = require.resolve('kong-pdk/server.js');
  try {
    const tsNode = require.resolve('ts-node', { paths: [serverFile] });
    require.cache[tsNode] ??= {
      exports: { register: () => undefined },
      id: tsNode,
      filename: tsNode,
      loaded: true,
    } as unknown as NodeJS.Module;
  } catch {
    // Not installed under that name: kong-pdk says itself what it misses.
  }
  return require(serverFile) as PluginServerClass;
}
