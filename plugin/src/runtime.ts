// What instances of the plugin share, since Kong makes one for each route: one sender for each control plane and token,
// one policy and one counter for each tenant and environment there. Nothing starts before the first instance does.
import { createHash, randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { createRedactor, type Redactor } from '#redact';
import type { PluginConfig } from './config.ts';
import { Drops } from './drops.ts';
import { lifetime } from './lifetime.ts';
import type { Log } from './log.ts';
import { PendingRuns, WorkQueue } from './observe/index.ts';
import { PolicyPoller, redactionAboveFloor, type PolicyInForce } from './policy/index.ts';
import { tenantKeys, type TenantKeys } from './principal/index.ts';
import { Budget, RescueRing } from './sample/index.ts';
import { release } from './settle.ts';
import { BoundedQueue, processSealer, Shipper, Spool, spoolSealer, type Sealer } from './ship/index.ts';

const MAX_PENDING_BYTES = 128 * 1024 * 1024;
const MAX_PENDING_AGE_MS = 30 * 60_000;
const MAX_RING_BYTES = 16 * 1024 * 1024;
const MAX_RING_AGE_MS = 15 * 60_000;
const MAX_JOBS = 2000;
const UPKEEP_MS = 60_000;
const MAX_REDACTORS = 512;
/** Kong tells nobody when a setting is gone; what is not used for so long asks for no policies. */
const IDLE_MS = 15 * 60_000;

/** A whole sample that was not kept, sealed, in case that a later one brings it back. */
export interface Held {
  readonly sealed: Buffer;
  readonly bytes: number;
  readonly at: number;
}

export class Runtime {
  readonly epoch = randomBytes(8).toString('hex');
  readonly instance = os.hostname().slice(0, 128);
  readonly keys: TenantKeys;
  readonly drops: Drops;
  readonly pending = new PendingRuns(MAX_PENDING_BYTES, MAX_PENDING_AGE_MS);
  readonly work: WorkQueue;
  readonly ring = new RescueRing<Held>({ maxBytes: MAX_RING_BYTES, maxAgeMs: MAX_RING_AGE_MS });
  readonly budget = new Budget();
  readonly sealer: Sealer = processSealer();
  readonly poller: PolicyPoller;
  readonly shipper: Shipper;
  readonly log: Log;
  #counter = 0;
  #usedAt = 0;
  readonly #redactors = new Map<string, Redactor>();
  readonly #said = new Set<string>();

  constructor(config: PluginConfig, log: Log, delivery: { readonly shipper: Shipper; readonly drops: Drops }) {
    this.log = log;
    this.drops = delivery.drops;
    this.shipper = delivery.shipper;
    this.keys = tenantKeys(config.hashKey, config.tenant);
    this.work = new WorkQueue(MAX_JOBS, () => this.drops.count('work_failed'));
    const warn = (text: string) => {
      log.warn(text);
    };
    this.poller = new PolicyPoller({
      url: config.controlPlaneUrl,
      token: config.token,
      everyMs: config.policyPollSeconds * 1000,
      timeoutMs: config.timeoutMs,
      warn,
      accept: (inForce) => void this.redactor(config, inForce, ''),
    });
  }

  start(): void {
    this.touch(Date.now());
    setInterval(() => {
      this.upkeep(Date.now());
    }, UPKEEP_MS).unref();
    lifetime().beforeExit.add(async () => this.close());
  }

  /** Called for each request. */
  touch(now: number): void {
    if (now - this.#usedAt > IDLE_MS) this.poller.start();
    this.#usedAt = now;
  }

  /** Number of the next run; every run gets one, so that a missing number is a missing record. */
  nextNumber(): number {
    return this.#counter++;
  }

  /** Once for each text, however often it happens. */
  sayOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.log.warn(text);
  }

  /** Redacts under the policy in force and the floor of the instance; throws where the policy cannot be used. */
  redactor(config: PluginConfig, inForce: PolicyInForce, subject: string): Redactor {
    const actions = Object.values(inForce.policy.redaction?.types ?? {});
    // Replacements differ from person to person only where a policy asks for tokens.
    const isBound = actions.includes('hash') || actions.includes('pseudonym');
    const cacheKey = JSON.stringify([inForce.version, config.redactAlways, isBound ? subject : '']);
    const known = this.#redactors.get(cacheKey);
    if (known) return known;
    const policy = redactionAboveFloor(inForce.policy.redaction, config.redactAlways, createRedactor);
    const made = createRedactor({ policy, key: this.keys.redaction, ...(isBound ? { subject } : {}) });
    if (this.#redactors.size >= MAX_REDACTORS) this.#redactors.clear();
    this.#redactors.set(cacheKey, made);
    return made;
  }

  upkeep(now: number): void {
    const expired = this.pending.expire(now);
    if (expired > 0) this.drops.count('pending_expired', expired);
    for (const held of this.ring.expire(now)) release(this, held);
    if (now - this.#usedAt > IDLE_MS) this.poller.stop();
    const news = this.drops.news();
    if (news !== undefined) this.log.info(`not observed or not delivered so far: ${news}`);
  }

  /** Before the process ends: everything that is known leaves or goes to disk. */
  async close(): Promise<void> {
    this.poller.stop();
    await this.work.idle();
    for (const held of this.ring.expire(Number.POSITIVE_INFINITY)) release(this, held);
    await this.shipper.close();
  }
}

const drops = new Drops();
const shippers = new Map<string, Shipper>();
const runtimes = new Map<string, Runtime>();

const digest = (...parts: string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** The same runtime for the same tenant, environment, token and control plane. The first instance's limits count. */
export function runtimeFor(config: PluginConfig, log: Log): Runtime {
  const { controlPlaneUrl, token, tenant, environment, hashKey } = config;
  const key = digest(controlPlaneUrl, token, tenant, environment, hashKey);
  const known = runtimes.get(key);
  if (known) return known;
  const made = new Runtime(config, log, { drops, shipper: shipperFor(config, log) });
  runtimes.set(key, made);
  made.start();
  return made;
}

function shipperFor(config: PluginConfig, log: Log): Shipper {
  const key = digest(config.controlPlaneUrl, config.token);
  const known = shippers.get(key);
  if (known) return known;
  const made = createShipper(config, drops, log, key.slice(0, 16));
  shippers.set(key, made);
  made.start();
  return made;
}

/** `folder`: name of the spool's own folder, for batches of one control plane must not go to another. */
export function createShipper(config: PluginConfig, counted: Drops, log: Log, folder: string): Shipper {
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
    drops: counted,
    warn: (text) => {
      log.warn(text);
    },
  });
}
