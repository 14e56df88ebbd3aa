// Hands runs to the other thread. What is in its hands is bounded in number and bytes, read from memory that both share,
// so no message comes back for a run.
import type { Mode, PluginConfig } from '../config.ts';
import type { Drops } from '../drops.ts';
import type { Health } from '../health.ts';
import { Life } from '../life.ts';
import type { Log } from '../log.ts';
import { PendingRuns, type CapturedOutcome, type PendingRun } from '../observe/index.ts';
import type { Observer } from '../observer.ts';
import type { StoredPolicy } from '../policy/index.ts';
import { movable, ownMemory, weigh } from './messages.ts';
import type { ObserverThread } from './observer-thread.ts';

const MAX_RUNS = 2000;
const MAX_BYTES = 96 * 1024 * 1024;
const UPKEEP_MS = 60_000;
/** Policies stay fresh while there are requests, also those that are never handed over. */
const TOUCH_MS = 60_000;

export class RemoteObserver implements Observer {
  readonly drops: Drops;
  readonly health: Health;
  readonly pending = new PendingRuns();
  readonly life = new Life();
  /** The last that the thread took; it gets it back when it is started again. */
  policy: StoredPolicy | undefined;
  readonly #thread: ObserverThread;
  readonly #configOf: (config: PluginConfig) => number;
  readonly #log: Log;
  #touchedAt = 0;
  #touchId: number | undefined;
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
      if (expired > 0) this.drops.count('pending_expired', expired);
    }, UPKEEP_MS).unref();
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

  isOff(floor: Mode): boolean {
    return floor === 'off' || this.life.isPolicyOff;
  }

  take(config: PluginConfig, run: PendingRun, outcome: CapturedOutcome): void {
    const bytes = weigh(run, outcome);
    if (this.inHand >= MAX_RUNS || this.#sentBytes - this.life.doneBytes + bytes > MAX_BYTES) {
      this.#skip('work_full', 1);
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
      this.#skip('worker_down', 1);
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
    if (lost > 0) this.#skip('worker_lost', lost);
  }

  /** Not looked at, so perhaps no run; a gap that is none is better than a run that is missing unseen. */
  #skip(reason: 'work_full' | 'worker_down' | 'worker_lost', count: number): void {
    this.drops.count(reason, count);
    this.life.skipNumbers(count);
  }
}
