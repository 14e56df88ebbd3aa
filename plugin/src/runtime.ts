// What instances of the plugin share, since Kong makes one for each route: one policy and one counter for each tenant and
// environment, in the thread that works on runs. Nothing starts before the first instance does.
import { randomBytes, type KeyObject } from 'node:crypto';
import os from 'node:os';
import { readPublicKey, signingKey, type LostRange, type ContextPolicy, type ManifestSet, type Policy, type SigningKey } from '#contract';
import { createRedactor, type Redactor } from '#redact';
import type { Mode, PluginConfig } from './config.ts';
import { controlFetch } from './connect/index.ts';
import type { DropReason, Drops } from './drops.ts';
import { createHealth, type Health } from './health.ts';
import { Ledger, newMemoryKey, openGatewayKey } from './identity/index.ts';
import { Life } from './life.ts';
import type { Log } from './log.ts';
import { isIdle, ManifestPoller } from './manifests/index.ts';
import { observeRun, type ObservingRuntime } from './observation.ts';
import { WorkQueue, type CapturedOutcome } from './observe/index.ts';
import { PendingRuns, type PendingRun } from './pending.ts';
import type { Observer } from './observer.ts';
import { isAlwaysOff, PolicyPoller, redactionAboveFloor, type PolicyInForce, type PolicyStore, type StoredPolicy } from './policy/index.ts';
import { tenantKeys, type TenantKeys } from './principal/index.ts';
import { Budget, RescueRing } from './sample/index.ts';
import { release, type Held } from './settle.ts';
import { processSealer, type Sealer, type Shipper } from './ship/index.ts';

const MAX_RING_BYTES = 16 * 1024 * 1024;
const MAX_RING_AGE_MS = 15 * 60_000;
const MAX_JOBS = 2000;
const UPKEEP_MS = 60_000;
const MAX_REDACTORS = 512;
/** Kong tells nobody when a setting is gone; what is not used for so long asks for no policies. */
const IDLE_MS = 15 * 60_000;

/** What a runtime is given by whoever starts it. */
export interface RuntimeParts {
  readonly shipper: Shipper;
  readonly drops: Drops;
  readonly health?: Health;
  /** Absent: a life of its own. */
  readonly life?: Life;
  /** Where the last good policy is kept for the next start. */
  readonly policies?: PolicyStore;
  /** The same for manifests. */
  readonly approved?: PolicyStore;
  /** Called with each set of manifests that is taken. */
  readonly toldApproved?: ((stored: StoredPolicy) => void) | undefined;
  /** Signs runs. Absent: a key of its own. */
  readonly key?: SigningKey;
  /** What was lost in an earlier life of the thread, and who keeps what is lost in this one. */
  readonly lost?: readonly LostRange[] | undefined;
  readonly toldLost?: ((range: LostRange) => void) | undefined;
}

export class Runtime implements Observer, ObservingRuntime {
  readonly life: Life;
  readonly instance = os.hostname().slice(0, 128);
  readonly keys: TenantKeys;
  readonly key: SigningKey;
  /** What is said of all runs together. */
  readonly ledger: Ledger;
  readonly drops: Drops;
  readonly health: Health;
  readonly pending = new PendingRuns();
  readonly work: WorkQueue;
  readonly ring = new RescueRing<Held>({ maxBytes: MAX_RING_BYTES, maxAgeMs: MAX_RING_AGE_MS });
  readonly budget = new Budget();
  readonly sealer: Sealer = processSealer();
  readonly poller: PolicyPoller;
  readonly manifests: ManifestPoller;
  readonly shipper: Shipper;
  readonly log: Log;
  #usedAt = 0;
  readonly #underWay = new Set<Promise<void>>();
  /** By policy, not by its tag: the tag is not signed, and an old one must not bring old rules back. */
  readonly #redactors = new WeakMap<Policy, Map<string, Redactor>>();
  readonly #said = new Set<string>();

  constructor(config: PluginConfig, log: Log, parts: RuntimeParts) {
    this.log = log;
    this.drops = parts.drops;
    this.health = parts.health ?? createHealth();
    this.shipper = parts.shipper;
    this.life = parts.life ?? new Life();
    this.keys = tenantKeys(config.hashKey, config.tenant);
    this.key = parts.key ?? openGatewayKey(config, newMemoryKey(), (text) => log.warn(text)).key;
    const { tenant, environment, gateway: kind } = config;
    const place = { tenant, environment, kind, instance: this.instance };
    this.ledger = new Ledger({ life: this.life, place, key: this.key, lost: parts.lost, told: parts.toldLost });
    this.work = new WorkQueue(MAX_JOBS, () => this.drops.count('work_failed'));
    this.poller = new PolicyPoller({
      ...pollingOf(config, log),
      accept: (inForce) => void this.redactor(config, inForce, ''),
      key: pinnedKey('policy_key', config.policyKey, 'policies', log),
      store: parts.policies,
      changed: ({ policy }) => {
        this.life.isPolicyOff = isAlwaysOff(policy, 'full');
      },
    });
    this.manifests = new ManifestPoller({
      ...pollingOf(config, log),
      key: pinnedKey('manifest_key', config.manifestKey, 'manifests', log),
      store: parts.approved,
      changed: parts.toldApproved,
    });
  }

  enforced(): ManifestSet | undefined {
    const set = this.manifests.current();
    return isIdle(set) ? undefined : set;
  }

  context(): ContextPolicy | undefined {
    return this.poller.current().policy.context;
  }

  policyNow(): Policy {
    return this.poller.current().policy;
  }

  start(): void {
    this.touch(Date.now());
    setInterval(() => {
      this.upkeep(Date.now());
    }, UPKEEP_MS).unref();
  }

  touch(now: number): void {
    if (now - this.#usedAt > IDLE_MS) {
      this.poller.start();
      this.manifests.start();
    }
    this.#usedAt = now;
  }

  isOff(floor: Mode): boolean {
    return isAlwaysOff(this.poller.current().policy, floor);
  }

  take(config: PluginConfig, pending: PendingRun, outcome: CapturedOutcome): void {
    void this.observe(config, pending, outcome);
  }

  /** `take`, and resolves when the run is dealt with. Never rejects. */
  async observe(config: PluginConfig, pending: PendingRun, outcome: CapturedOutcome): Promise<void> {
    const observing = observeRun(this, { config, pending, outcome })
      .catch(() => {
        this.skip('work_failed', 1);
      })
      .finally(() => this.#underWay.delete(observing));
    this.#underWay.add(observing);
    await observing;
  }

  /** Runs that nobody looked at: perhaps none, but a gap that is none is better than a run that is missing unseen. */
  skip(reason: DropReason, count: number): void {
    this.drops.count(reason, count);
    const first = this.life.skipNumbers(count);
    this.ledger.lose(first, first + count - 1, reason);
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
    const cacheKey = JSON.stringify([config.redactAlways, isBound ? subject : '']);
    const redactors = this.#redactors.get(inForce.policy) ?? new Map<string, Redactor>();
    const known = redactors.get(cacheKey);
    if (known) return known;
    const policy = redactionAboveFloor(inForce.policy.redaction, config.redactAlways, createRedactor);
    const made = createRedactor({ policy, always: config.redactAlways, key: this.keys.redaction, ...(isBound ? { subject } : {}) });
    if (redactors.size >= MAX_REDACTORS) redactors.clear();
    this.#redactors.set(inForce.policy, redactors.set(cacheKey, made));
    return made;
  }

  upkeep(now: number): void {
    const expired = this.pending.expire(now);
    if (expired > 0) this.skip('pending_expired', expired);
    for (const held of this.ring.expire(now)) release(this, held);
    if (now - this.#usedAt > IDLE_MS) {
      this.poller.stop();
      this.manifests.stop();
    }
    const news = this.drops.news();
    if (news !== undefined) this.log.info(`not observed or not delivered so far: ${news}`);
  }

  /** Before the thread ends: all that is known is in the shipper's hands. */
  async settle(): Promise<void> {
    this.poller.stop();
    this.manifests.stop();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.work.idle();
    for (const held of this.ring.expire(Number.POSITIVE_INFINITY)) release(this, held);
  }

  /** The same, and everything leaves or goes to disk. */
  async close(): Promise<void> {
    await this.settle();
    await this.shipper.close();
  }
}

function pollingOf(config: PluginConfig, log: Log) {
  const { controlPlaneUrl: url, token, policyPollSeconds, timeoutMs } = config;
  const warn = (text: string): void => log.warn(text);
  return { url, token, everyMs: policyPollSeconds * 1000, timeoutMs, warn, fetch: controlFetch(config) };
}

/** A key that cannot be read must not become no key: then nothing is taken. */
function pinnedKey(setting: string, pem: string | undefined, what: string, log: Log): KeyObject | undefined {
  if (pem === undefined) return undefined;
  const key = readPublicKey(pem);
  if (key) return key;
  log.error(`setting ${setting}: expected an Ed25519 public key as PEM; no ${what} are taken`);
  return signingKey(randomBytes(32)).publicKey;
}
