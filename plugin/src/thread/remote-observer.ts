// Hands runs to the other thread. What is in its hands is bounded in number and bytes, read from memory that both share,
// so no message comes back for a run.
import type { Mode, PluginConfig } from '../config.ts';
import { parsePolicy, type ContextPolicy, type LostRange, type ManifestSet, type Policy } from '#contract';
import type { DropReason, Drops } from '../drops.ts';
import type { Health } from '../health.ts';
import { LostRanges } from '../identity/index.ts';
import { Life } from '../life.ts';
import type { Log } from '../log.ts';
import { isIdle, readManifestSet } from '../manifests/index.ts';
import type { CapturedOutcome } from '../observe/index.ts';
import { PendingRuns, type PendingRun } from '../pending.ts';
import type { Observer } from '../observer.ts';
import { DEFAULT_POLICY, type StoredPolicy } from '../policy/index.ts';
import { movable, ownMemory, weigh } from './messages.ts';
import type { ObserverThread } from './observer-thread.ts';

const MAX_RUNS = 2000;
const MAX_BYTES = 96 * 1024 * 1024;
const UPKEEP_MS = 60_000;
/** Policies stay fresh while there are requests, also those that are never handed over. */
const TOUCH_MS = 60_000;
/** Longest that a run with a number stays in the thread, a little more than in the ring of those that may be rescued. */
const HELD_MS = 20 * 60_000;

export class RemoteObserver implements Observer {
  readonly drops: Drops;
  readonly health: Health;
  readonly pending = new PendingRuns();
  readonly life = new Life();
  /** The last that the thread took; it gets it back when it is started again. */
  policy: StoredPolicy | undefined;
  #policyNow = DEFAULT_POLICY.policy;
  /** The same of manifests. */
  approved: StoredPolicy | undefined;
  #enforced: ManifestSet | undefined;
  /** Numbers of runs that are known to be lost, for the same reason. */
  readonly lost = new LostRanges();
  readonly #thread: ObserverThread;
  readonly #configOf: (config: PluginConfig) => number;
  readonly #log: Log;
  #touchedAt = 0;
  #touchId: number | undefined;
  /** Oldest first. */
  readonly #marks: { readonly at: number; readonly numbered: number }[] = [];
  #sentRuns = 0;
  #sentBytes = 0;
  readonly #said = new Set<string>();

  /** `configOf` numbers settings and tells the thread about new ones. */
  constructor(thread: ObserverThread, log: Log, configOf: (config: PluginConfig) => number) {
    this.#thread = thread;
    this.#log = log;
    this.#configOf = configOf;
    this.drops = thread.drops;
    this.health = thread.health;
    setInterval(() => {
      const expired = this.pending.expire(Date.now());
      if (expired > 0) this.skip('pending_expired', expired);
      this.#mark(Date.now());
    }, UPKEEP_MS).unref();
    this.#mark(Date.now());
  }

  /** Runs that the thread has and is not done with. */
  get inHand(): number {
    return this.#sentRuns - this.life.doneRuns;
  }

  touch(now: number): void {
    if (now - this.#touchedAt < TOUCH_MS || this.#touchId === undefined) return;
    this.#touchedAt = now;
    this.#thread.send({ kind: 'touch', config: this.#touchId });
  }

  /** The settings that stand for this observer when it is touched. */
  useConfig(id: number): void {
    this.#touchId = id;
  }

  /** The thread took this policy. */
  obey(stored: StoredPolicy): void {
    this.policy = stored;
    this.#policyNow = policyIn(stored) ?? this.#policyNow;
  }

  context(): ContextPolicy | undefined {
    return this.#policyNow.context;
  }

  policyNow(): Policy {
    return this.#policyNow;
  }

  /** The thread took these manifests. */
  approve(stored: StoredPolicy): void {
    this.approved = stored;
    const reading = readManifestSet(stored);
    this.#enforced = typeof reading === 'string' || isIdle(reading.set) ? undefined : reading.set;
  }

  enforced(): ManifestSet | undefined {
    return this.#enforced;
  }

  isOff(floor: Mode): boolean {
    return floor === 'off' || this.life.isPolicyOff;
  }

  take(config: PluginConfig, run: PendingRun, outcome: CapturedOutcome): void {
    const bytes = weigh(run, outcome);
    if (this.inHand >= MAX_RUNS || this.#sentBytes - this.life.doneBytes + bytes > MAX_BYTES) {
      this.skip('work_full', 1);
      return;
    }
    const { request } = run;
    const bodies = [ownMemory(request.body), ownMemory(outcome.body)] as const;
    const message = {
      kind: 'run',
      config: this.#configOf(config),
      run: { ...run, request: { ...request, body: bodies[0] } },
      outcome: bodies[1] === undefined ? outcome : { ...outcome, body: bodies[1] },
      bytes,
    } as const;
    if (!this.#thread.send(message, movable(bodies))) {
      this.skip('worker_down', 1);
      return;
    }
    this.#sentRuns += 1;
    this.#sentBytes += bytes;
  }

  sayOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.#log.warn(text);
  }

  /** The thread ended with these in its hands. */
  lose(): void {
    const lost = this.inHand;
    this.#sentRuns = this.life.doneRuns;
    this.#sentBytes = this.life.doneBytes;
    if (lost > 0) this.skip('worker_lost', lost);
    // It had also runs with numbers: held back, or on their way. Which, nobody knows any more.
    const from = this.#marks[0]?.numbered ?? 0;
    const to = this.life.numbered - 1;
    if (to >= from) this.#tellLost({ from, to, reason: 'worker_lost' });
  }

  /** Not looked at, so perhaps no run; a gap that is none is better than a run that is missing unseen. */
  skip(reason: DropReason, count: number): void {
    this.drops.count(reason, count);
    const from = this.life.skipNumbers(count);
    this.#tellLost({ from, to: from + count - 1, reason });
  }

  #tellLost(range: LostRange): void {
    this.lost.add(range);
    // Where there is no thread it is told when it is started again.
    if (this.#touchId !== undefined) this.#thread.send({ kind: 'lost', config: this.#touchId, range });
  }

  /** Remembers how many numbers there were, for as long as the thread holds runs back. */
  #mark(now: number): void {
    this.#marks.push({ at: now, numbered: this.life.numbered });
    while (this.#marks.length > 1 && (this.#marks[1]?.at ?? now) <= now - HELD_MS) this.#marks.shift();
  }
}

function policyIn({ text }: StoredPolicy): Policy | undefined {
  try {
    const parsed = parsePolicy(JSON.parse(text));
    return parsed.ok ? parsed.value : undefined;
  } catch {
    // What is kept on disk may be of another version: the thread asks anew.
    return undefined;
  }
}
