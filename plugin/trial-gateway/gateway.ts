import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { logToStderr, type GatewayLog } from './log.ts';
import { fillPluginConfig } from './plugin-config.ts';
import { PluginPhases } from './plugin-phases.ts';
import { PluginServer, queryPlugins, type Launcher, type PluginInfo } from './plugin-server.ts';
import { PluginClient, type PluginEntry } from './protocol/plugin-client.ts';
import { RpcPool, type RpcPoolOptions } from './protocol/rpc-pool.ts';
import { Proxy, type AccessLog } from './proxy.ts';
import { Router, stableId, type ConsumerConfig, type RouteConfig } from './routes.ts';
import { startScriptedProvider, type ScriptedProvider } from './scripted-provider/server.ts';
import { emptyStats, type GatewayStats } from './stats.ts';

export interface TrialGatewayOptions {
  /** 0 takes a free port. The gateway listens on 127.0.0.1 only. */
  readonly port: number;
  /** Base URL of the provider (http or https). Default: a scripted provider of the gateway's own. */
  readonly upstream?: string;
  /** Where the plugin ships samples and fetches policies. */
  readonly controlPlaneUrl: string;
  readonly token: string;
  /** Settings of the plugin beside URL and token; checked against its schema as Kong does. */
  readonly pluginConfig?: Readonly<Record<string, unknown>>;
  /** Default: the built plugin under plugin/dist. */
  readonly launcher?: Launcher;
  readonly routes?: readonly RouteConfig[];
  /** Trial only: consumers by the header `apikey`. */
  readonly consumers?: readonly ConsumerConfig[];
  /** How long the plugin may hold a request or a log phase. Default 2,000; Kong's own limit is 60,000. */
  readonly pluginTimeoutMs?: number;
  /** Silence of the provider. Default 600,000. */
  readonly upstreamTimeoutMs?: number;
  /** How much of a request body the plugin is shown. Default: what it says it reads, else 16 MiB. */
  readonly requestCapBytes?: number;
  /** How much of an answer is copied for the plugin. Default: what it says it reads, else 8 MiB. */
  readonly answerCapBytes?: number;
  readonly log?: GatewayLog;
  readonly accessLog?: AccessLog;
  /** Sees each message between gateway and plugin server. */
  readonly onFrame?: NonNullable<RpcPoolOptions['onFrame']>;
}

export interface TrialGateway {
  /** Base URL for clients, without a slash at the end. */
  readonly url: string;
  /** The scripted provider, where no upstream was given. */
  readonly provider: ScriptedProvider | undefined;
  readonly plugin: PluginInfo;
  /** Of the plugin server as last started; it may have ended since and be about to be started again. */
  readonly pluginServerPid: number | undefined;
  stats(): GatewayStats;
  /** Changes the plugin's settings as a change of Kong's configuration would: new instance, then the old one is closed. */
  reconfigure(pluginConfig: Readonly<Record<string, unknown>>): void;
  /** Resolves when all requests are answered and their log phases have run. */
  settle(): Promise<void>;
  /** Ends open requests, lets log phases and the plugin's queue finish, stops everything that was started. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const DEFAULTS = { pluginTimeoutMs: 2_000, upstreamTimeoutMs: 600_000, requestCapBytes: 16 * MIB, answerCapBytes: 8 * MIB };
const CLOSE_GRACE_MS = 2_000;

/** Bodies beyond what the plugin reads are not carried to it. */
function limitsOf(options: TrialGatewayOptions, config: Readonly<Record<string, unknown>>): typeof DEFAULTS {
  const read = config['max_body_bytes'];
  const bodyCap = typeof read === 'number' ? { requestCapBytes: read, answerCapBytes: read } : {};
  const { pluginTimeoutMs, upstreamTimeoutMs, requestCapBytes, answerCapBytes } = { ...DEFAULTS, ...bodyCap, ...options };
  return { pluginTimeoutMs, upstreamTimeoutMs, requestCapBytes, answerCapBytes };
}

/** The plugin as `npm run build` leaves it. */
export function builtLauncher(): Launcher {
  const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist');
  const script = path.join(dist, 'launcher.cjs');
  if (!existsSync(script)) throw new Error('The plugin is not built: plugin/dist/launcher.cjs is missing. Run npm run build.');
  return { script, pluginsDirectory: path.join(dist, 'clew') };
}

/** URL and token go under the names that the plugin's schema has for them. */
function withControlPlane(
  plugin: PluginInfo,
  options: TrialGatewayOptions,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = new Set(plugin.fields.flatMap((field) => Object.keys(field)));
  const own: Record<string, unknown> = {};
  if (names.has('control_plane_url')) own['control_plane_url'] = options.controlPlaneUrl;
  if (names.has('token')) own['token'] = options.token;
  if (names.has('gateway')) own['gateway'] = 'trial';
  // Pseudonyms must be the same after a restart; a real gateway gets a key of its own.
  if (names.has('hash_key')) own['hash_key'] = createHash('sha256').update(`trial ${options.token}`).digest('hex');
  return fillPluginConfig(plugin.fields, { ...own, ...given });
}

function entryFor(plugin: PluginInfo, config: Record<string, unknown>, sequence: number): PluginEntry {
  return { key: `plugins:${plugin.name}::::`, pluginName: plugin.name, sequence, config, pluginId: stableId('plugin', plugin.name) };
}

async function firstPlugin(launcher: Launcher): Promise<PluginInfo> {
  const [plugin] = await queryPlugins(launcher);
  if (plugin === undefined) throw new Error('The plugin server offers no plugin. Run npm run build.');
  if (plugin.phases.includes('response'))
    throw new Error(`Plugin ${plugin.name} has a response phase: Kong would hold back whole answers, which this gateway does not do.`);
  return plugin;
}

function listen(proxy: Proxy, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    proxy.server.once('error', reject);
    proxy.server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`));
  });
}

/** Ends a proxy: no new requests, a short grace for those under way. */
async function closeProxy(proxy: Proxy): Promise<void> {
  const closed = new Promise<void>((resolve) => proxy.server.close(() => resolve()));
  proxy.server.closeIdleConnections();
  const timer = setTimeout(() => proxy.server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
  await proxy.settle();
}

/**
 * Starts a small gateway that runs the real plugin through its real plugin server, without Kong.
 * Rejects when the plugin is not built, its settings do not fit, or the port is taken.
 */
export async function startTrialGateway(options: TrialGatewayOptions): Promise<TrialGateway> {
  const log = options.log ?? logToStderr;
  const launcher = options.launcher ?? builtLauncher();
  const plugin = await firstPlugin(launcher);
  let entry = entryFor(plugin, withControlPlane(plugin, options, options.pluginConfig ?? {}), 1);
  const limits = limitsOf(options, entry.config);

  const provider = options.upstream === undefined ? await startScriptedProvider() : undefined;
  const stats = emptyStats();
  const server = new PluginServer(launcher, log);
  const rpc = new RpcPool({ socketPath: server.socketPath, ...(options.onFrame === undefined ? {} : { onFrame: options.onFrame }) });
  const phases = new PluginPhases(
    { client: new PluginClient(rpc), phases: plugin.phases, timeoutMs: limits.pluginTimeoutMs, stats, log },
    entry,
  );
  const stopParts = async (): Promise<void> => {
    rpc.close();
    await server.stop();
    await provider?.close();
  };
  try {
    const router = new Router(options.upstream ?? provider?.url ?? '', options.routes ?? [], options.consumers ?? []);
    const { accessLog } = options;
    const proxy = new Proxy({ router, plugin: phases, stats, log, ...(accessLog ? { accessLog } : {}), ...limits });
    await server.start();
    const url = await listen(proxy, options.port);
    return {
      url,
      provider,
      plugin,
      get pluginServerPid() {
        return server.pid;
      },
      stats: () => ({ ...stats, failedOpen: { ...stats.failedOpen }, pluginServerRestarts: server.restarts }),
      reconfigure: (given) => {
        entry = entryFor(plugin, withControlPlane(plugin, options, given), entry.sequence + 1);
        phases.useEntry(entry);
      },
      settle: () => proxy.settle(),
      close: async () => {
        await closeProxy(proxy);
        await stopParts();
      },
    };
  } catch (error) {
    await stopParts();
    throw error;
  }
}

/** The same reverse proxy without a plugin, to compare with. */
export async function startBareProxy(upstream: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const proxy = new Proxy({ router: new Router(upstream, [], []), plugin: undefined, stats: emptyStats(), log: logToStderr, ...DEFAULTS });
  const url = await listen(proxy, 0);
  return { url, close: () => closeProxy(proxy) };
}
