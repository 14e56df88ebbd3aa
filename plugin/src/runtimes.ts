// One sender for each control plane and token, one runtime for each tenant and environment there. The first instance's
// limits count.
import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type { PluginConfig } from './config.ts';
import { controlFetch } from './connect/index.ts';
import type { DropReason, Drops } from './drops.ts';
import { createHealth, type Health } from './health.ts';
import { EpochReporter, KeyAnnouncer, newMemoryKey, numberOf, openGatewayKey, type GatewayKey, type MemoryKey } from './identity/index.ts';
import type { Log } from './log.ts';
import { PolicyFile, type PolicyStore } from './policy/index.ts';
import { Runtime, type RuntimeParts } from './runtime.ts';
import { BoundedQueue, processSealer, Reporter, Shipper, Spool, spoolSealer, type ShipperOptions, type ToldShare } from './ship/index.ts';

const digest = (...parts: string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Batches that may leave between two statements about all runs. */
const STATE_EVERY = 10;

/** Settings with the same key share a runtime. Holds no secret. */
export function runtimeKey(config: PluginConfig): string {
  const { controlPlaneUrl, tenant, environment, hashKey } = config;
  return digest(controlPlaneUrl, credentialOf(config), tenant, environment, hashKey);
}

/** By what the control plane knows the gateway. */
const credentialOf = ({ token, clientCert = '' }: PluginConfig): string => (token === '' ? clientCert : token);

/** What a process signs with where its settings give no key. */
export interface Signing {
  readonly memory: MemoryKey;
  /** The gateway's own folder. */
  readonly home: string | undefined;
}

export class Runtimes {
  readonly #drops: Drops;
  readonly #health: Health;
  readonly #runtimes = new Map<string, Runtime>();
  readonly #shippers = new Map<string, Shipper>();
  readonly #announcers = new Map<string, KeyAnnouncer>();
  readonly #epochs = new Map<string, { readonly runtime: Runtime; readonly reporter: EpochReporter }>();
  readonly #keys = new Map<string, GatewayKey>();
  readonly #signing: Signing;
  readonly #reporter: Reporter;
  /** Counts are those of the process, so one control plane is told them, or two would count them twice. */
  #toldUrl: string | undefined;

  constructor(drops: Drops, health: Health, told?: ToldShare, signing: Signing = { memory: newMemoryKey(), home: undefined }) {
    this.#signing = signing;
    this.#drops = drops;
    this.#health = health;
    this.#reporter = new Reporter(drops, health, told);
  }

  /** The runtime of these settings, started. `given` counts where it is made now. */
  for(config: PluginConfig, log: Log, given: Partial<RuntimeParts> = {}): Runtime {
    const key = runtimeKey(config);
    const known = this.#runtimes.get(key);
    if (known) return known;
    const policies = given.policies ?? policyFile(config, this.#signing.home);
    const approved = given.approved ?? manifestFile(config);
    const made = new Runtime(config, log, {
      ...given,
      drops: this.#drops,
      health: this.#health,
      shipper: this.#shipperFor(config, log),
      key: this.#keyFor(config, log).key,
      ...(policies ? { policies } : {}),
      ...(approved ? { approved } : {}),
    });
    this.#runtimes.set(key, made);
    this.#accountFor(made, config, log);
    made.start();
    return made;
  }

  #accountFor(runtime: Runtime, config: PluginConfig, log: Log): void {
    const { controlPlaneUrl: url, token, timeoutMs, spoolDir, flushMs } = config;
    const { ledger } = runtime;
    const folder = spoolDir === undefined ? undefined : path.join(spoolDir, 'epochs', digest(url, credentialOf(config)).slice(0, 16));
    const ready = () => this.#announcerFor(config, log).announce();
    const reporter = new EpochReporter({
      url,
      token,
      timeoutMs,
      everyMs: flushMs * STATE_EVERY,
      ledger,
      folder,
      ready,
      fetch: controlFetch(config),
    });
    this.#epochs.set(ledger.epoch, { runtime, reporter });
    reporter.start();
  }

  /** Of samples that an earlier process left behind only that process could tell the numbers. */
  #lose(lines: readonly Buffer[], reason: DropReason): void {
    for (const line of lines) {
      const number = numberOf(line);
      if (number) this.#epochs.get(number.epoch)?.runtime.ledger.lose(number.counter, number.counter, reason);
    }
  }

  #keyFor(config: PluginConfig, log: Log): GatewayKey {
    const file = signingKeyFile(config, this.#signing.home);
    const name = digest(config.signingKey ?? '', file ?? '');
    const known = this.#keys.get(name);
    if (known) return known;
    const made = openGatewayKey({ signingKey: config.signingKey, signingKeyFile: file }, this.#signing.memory, (text) => log.warn(text));
    this.#keys.set(name, made);
    return made;
  }

  #announcerFor(config: PluginConfig, log: Log): KeyAnnouncer {
    const key = this.#keyFor(config, log);
    const { controlPlaneUrl: url, token, timeoutMs } = config;
    const name = digest(url, credentialOf(config), key.key.keyId);
    const known = this.#announcers.get(name);
    if (known) return known;
    const warn = (text: string): void => log.warn(text);
    const made = new KeyAnnouncer({ url, token, timeoutMs, key, name: os.hostname().slice(0, 128), warn, fetch: controlFetch(config) });
    this.#announcers.set(name, made);
    return made;
  }

  #shipperFor(config: PluginConfig, log: Log): Shipper {
    const key = digest(config.controlPlaneUrl, credentialOf(config));
    const known = this.#shippers.get(key);
    if (known) return known;
    this.#toldUrl ??= config.controlPlaneUrl;
    const reporter = this.#toldUrl === config.controlPlaneUrl ? this.#reporter : undefined;
    const made = createShipper(config, this.#drops, log, key.slice(0, 16), {
      health: this.#health,
      reporter,
      lost: (lines, reason) => this.#lose(lines, reason),
      beforeSend: () => this.#announcerFor(config, log).announce(),
    });
    this.#shippers.set(key, made);
    made.start();
    return made;
  }

  /** Before the process ends: everything that is known leaves or goes to disk. Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#runtimes.values()].map(async (runtime) => runtime.settle()));
    await Promise.allSettled([...this.#shippers.values()].map(async (shipper) => shipper.close()));
    // Last: what was lost until now is in it.
    await Promise.allSettled([...this.#epochs.values()].map(async ({ reporter }) => reporter.close()));
  }
}

/** `folder`: name of the spool's own folder, for batches of one control plane must not go to another. */
export function createShipper(
  config: PluginConfig,
  drops: Drops,
  log: Log,
  folder: string,
  tells: Pick<ShipperOptions, 'health' | 'reporter' | 'lost' | 'beforeSend'> = { health: createHealth() },
): Shipper {
  const { spoolDir } = config;
  const spool =
    spoolDir === undefined
      ? undefined
      : new Spool({ directory: path.join(spoolDir, folder), maxBytes: config.spoolBytes, sealer: spoolSealer(config.hashKey) });
  return new Shipper({
    target: { url: config.controlPlaneUrl, token: config.token, timeoutMs: config.timeoutMs, fetch: controlFetch(config) },
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

/** As the settings say, else where something of the gateway's stays on disk, else nowhere. */
function signingKeyFile({ signingKeyFile: given, spoolDir }: PluginConfig, home: string | undefined): string | undefined {
  const folder = spoolDir ?? home;
  return given ?? (folder === undefined ? undefined : path.join(folder, 'gateway.key'));
}

/**
 * Beside the queue on disk, where there is one. A new token changes nothing: the policy is the tenant's. Where policies are
 * signed the last one must outlive a restart, or an older one would be taken then: in the gateway's own folder at least.
 */
export const policyFile = (config: PluginConfig, home?: string): PolicyStore | undefined =>
  keptFile(config, 'policies', config.spoolDir ?? (config.policyKey === undefined ? undefined : home));

/** The last good set of manifests. */
export const manifestFile = (config: PluginConfig): PolicyStore | undefined => keptFile(config, 'manifests', config.spoolDir);

function keptFile(config: PluginConfig, folder: string, root: string | undefined): PolicyStore | undefined {
  const { controlPlaneUrl, tenant, environment, hashKey } = config;
  if (root === undefined) return undefined;
  const name = `${digest(controlPlaneUrl, tenant, environment).slice(0, 16)}.clew`;
  return new PolicyFile(path.join(root, folder, name), spoolSealer(hashKey));
}
