// One sender for each control plane and token, one runtime for each tenant and environment there. The first instance's
// limits count.
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { PluginConfig } from './config.ts';
import type { Drops } from './drops.ts';
import { createHealth, type Health } from './health.ts';
import type { Life } from './life.ts';
import type { Log } from './log.ts';
import { PolicyFile, type PolicyStore } from './policy/index.ts';
import { Runtime } from './runtime.ts';
import { BoundedQueue, processSealer, Reporter, Shipper, Spool, spoolSealer, type ToldShare } from './ship/index.ts';

const digest = (...parts: string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Settings with the same key share a runtime. Holds no secret. */
export function runtimeKey({ controlPlaneUrl, token, tenant, environment, hashKey }: PluginConfig): string {
  return digest(controlPlaneUrl, token, tenant, environment, hashKey);
}

export class Runtimes {
  readonly #drops: Drops;
  readonly #health: Health;
  readonly #runtimes = new Map<string, Runtime>();
  readonly #shippers = new Map<string, Shipper>();
  readonly #reporter: Reporter;
  /** Counts are those of the process, so one control plane is told them, or two would count them twice. */
  #toldUrl: string | undefined;

  constructor(drops: Drops, health: Health, told?: ToldShare) {
    this.#drops = drops;
    this.#health = health;
    this.#reporter = new Reporter(drops, health, told);
  }

  /** The runtime of these settings, started. `life` and `policies` count where it is made now. */
  for(config: PluginConfig, log: Log, life?: Life, policies: PolicyStore | undefined = policyFile(config)): Runtime {
    const key = runtimeKey(config);
    const known = this.#runtimes.get(key);
    if (known) return known;
    const parts = { drops: this.#drops, health: this.#health, shipper: this.#shipperFor(config, log) };
    const made = new Runtime(config, log, { ...parts, ...(life ? { life } : {}), ...(policies ? { policies } : {}) });
    this.#runtimes.set(key, made);
    made.start();
    return made;
  }

  #shipperFor(config: PluginConfig, log: Log): Shipper {
    const key = digest(config.controlPlaneUrl, config.token);
    const known = this.#shippers.get(key);
    if (known) return known;
    this.#toldUrl ??= config.controlPlaneUrl;
    const reporter = this.#toldUrl === config.controlPlaneUrl ? this.#reporter : undefined;
    const made = createShipper(config, this.#drops, log, key.slice(0, 16), { health: this.#health, reporter });
    this.#shippers.set(key, made);
    made.start();
    return made;
  }

  /** Before the process ends: everything that is known leaves or goes to disk. Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#runtimes.values()].map(async (runtime) => runtime.settle()));
    await Promise.allSettled([...this.#shippers.values()].map(async (shipper) => shipper.close()));
  }
}

/** `folder`: name of the spool's own folder, for batches of one control plane must not go to another. */
export function createShipper(
  config: PluginConfig,
  drops: Drops,
  log: Log,
  folder: string,
  tells: { readonly health: Health; readonly reporter: Reporter | undefined } = { health: createHealth(), reporter: undefined },
): Shipper {
  const { spoolDir } = config;
  const spool =
    spoolDir === undefined
      ? undefined
      : new Spool({ directory: path.join(spoolDir, folder), maxBytes: config.spoolBytes, sealer: spoolSealer(config.hashKey) });
  return new Shipper({
    target: { url: config.controlPlaneUrl, token: config.token, timeoutMs: config.timeoutMs, fetch },
    queue: new BoundedQueue(config.queueBytes),
    sealer: processSealer(),
    spool,
    batchSize: config.batchSize,
    flushMs: config.flushMs,
    drops,
    ...tells,
    warn: (text) => {
      log.warn(text);
    },
  });
}

/** Beside the queue on disk, where there is one. A new token changes nothing: the policy is the tenant's. */
export function policyFile(config: PluginConfig): PolicyStore | undefined {
  const { spoolDir, controlPlaneUrl, tenant, environment, hashKey } = config;
  if (spoolDir === undefined) return undefined;
  const name = `${digest(controlPlaneUrl, tenant, environment).slice(0, 16)}.clew`;
  return new PolicyFile(path.join(spoolDir, 'policies', name), spoolSealer(hashKey));
}
