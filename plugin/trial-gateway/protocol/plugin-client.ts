import type { LuaValue } from './lua-value.ts';
import { RpcError, type RpcPool } from './rpc-pool.ts';
import { NEVER_RETURN, stepArgument, stepFor } from './steps.ts';

/** Answers the PDK calls of one request in one phase. */
export interface PdkHost {
  /**
   * Runs one PDK method. Throwing stands for a Lua error: the phase ends there, nothing is sent back and the plugin's
   * promise never settles.
   */
  call(method: string, args: readonly unknown[]): LuaValue;
}

/** One entry of Kong's configuration: the plugin with its settings on a route, a service or everywhere. */
export interface PluginEntry {
  /** Stays the same while the settings change. */
  readonly key: string;
  readonly pluginName: string;
  /** Grows with each change. */
  readonly sequence: number;
  /** Settings with defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly pluginId: string;
  readonly routeId?: string;
}

/** How a phase ended: the plugin returned, or it ended the request through kong.response.exit. */
export type PhaseEnd = 'returned' | 'exited';

interface Instance {
  readonly sequence: number;
  readonly id: Promise<number>;
}

interface EventReply {
  readonly EventId: number;
  readonly Data: unknown;
}

interface PdkCall {
  readonly Method: string;
  readonly Args: readonly unknown[];
}

const NO_INSTANCE = /^no plugin instance/i;
const WORKSPACE_ID = '4e2d66f0-3f5e-4c39-8a06-6f3d1c1f8f3e';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function asEventReply(value: unknown): EventReply {
  if (!isRecord(value) || typeof value['EventId'] !== 'number')
    throw new RpcError('remote', 'The plugin server answered an event without EventId');
  return { EventId: value['EventId'], Data: value['Data'] };
}

function asPdkCall(data: unknown): PdkCall {
  if (!isRecord(data) || typeof data['Method'] !== 'string')
    throw new RpcError('remote', 'The plugin server answered an event with neither "ret" nor a PDK call');
  return { Method: data['Method'], Args: Array.isArray(data['Args']) ? (data['Args'] as unknown[]) : [] };
}

/** The text that Kong sends as Config: the settings and Kong's own marks beside them. */
function configText(entry: PluginEntry): string {
  return JSON.stringify({
    ...entry.config,
    __plugin_id: entry.pluginId,
    __seq__: entry.sequence,
    __key__: entry.key,
    __ws_id: WORKSPACE_ID,
    ...(entry.routeId === undefined ? {} : { route_id: entry.routeId }),
  });
}

/**
 * Kong's side of a plugin: starts an instance for each entry at its first event, keeps its id, starts it anew when
 * the server says that it knows no such instance, and closes the old one when the settings of an entry change.
 */
export class PluginClient {
  readonly #rpc: RpcPool;
  readonly #instances = new Map<string, Instance>();

  constructor(rpc: RpcPool) {
    this.#rpc = rpc;
  }

  /**
   * Runs one phase to its end. Rejects with {@link RpcError} when the server is dead, late or wrong, and with
   * whatever `host` threw. `timeoutMs` covers all round trips together.
   */
  async handleEvent(entry: PluginEntry, phase: string, host: PdkHost, timeoutMs: number): Promise<PhaseEnd> {
    const deadline = performance.now() + timeoutMs;
    try {
      return await this.#runEvent(entry, phase, host, deadline);
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== 'remote' || !NO_INSTANCE.test(error.message)) throw error;
      this.#instances.delete(entry.key);
      return this.#runEvent(entry, phase, host, deadline);
    }
  }

  /** Closes the instance of an entry that was removed. */
  async closeEntry(key: string, timeoutMs: number): Promise<void> {
    const instance = this.#instances.get(key);
    this.#instances.delete(key);
    if (instance !== undefined) await this.#closeInstance(instance, timeoutMs);
  }

  async #runEvent(entry: PluginEntry, phase: string, host: PdkHost, deadline: number): Promise<PhaseEnd> {
    const left = (): number => Math.max(1, deadline - performance.now());
    const instanceId = await this.#instanceFor(entry, left());
    let reply = asEventReply(await this.#rpc.call('HandleEvent', [{ EventName: phase, InstanceId: instanceId }], left()));
    while (reply.Data !== 'ret') {
      const { Method, Args } = asPdkCall(reply.Data);
      const value = host.call(Method, Args);
      if (NEVER_RETURN.has(Method)) return 'exited';
      reply = asEventReply(await this.#rpc.call(stepFor(Method), [stepArgument(reply.EventId, Method, value)], left()));
    }
    return 'returned';
  }

  async #instanceFor(entry: PluginEntry, timeoutMs: number): Promise<number> {
    const known = this.#instances.get(entry.key);
    if (known?.sequence === entry.sequence) return known.id;
    const started: Instance = { sequence: entry.sequence, id: this.#startInstance(entry, timeoutMs) };
    this.#instances.set(entry.key, started);
    try {
      const id = await started.id;
      if (known !== undefined) await this.#closeInstance(known, timeoutMs);
      return id;
    } catch (error) {
      if (this.#instances.get(entry.key) === started) this.#instances.delete(entry.key);
      throw error;
    }
  }

  async #startInstance(entry: PluginEntry, timeoutMs: number): Promise<number> {
    const started = await this.#rpc.call('StartInstance', [{ Config: configText(entry), Name: entry.pluginName }], timeoutMs);
    if (!isRecord(started) || typeof started['Id'] !== 'number')
      throw new RpcError('remote', 'The plugin server started an instance without saying its Id');
    return started['Id'];
  }

  /** A failure is of no consequence: the server forgets instances by itself. */
  async #closeInstance(instance: Instance, timeoutMs: number): Promise<void> {
    try {
      await this.#rpc.call('CloseInstance', [await instance.id], timeoutMs);
    } catch {
      // Nothing to mend.
    }
  }
}
