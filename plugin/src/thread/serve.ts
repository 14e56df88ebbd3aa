// The thread that works on runs: everything after the answer, from reading bodies to delivery.
import { isMainThread, parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { PluginConfig } from '../config.ts';
import { Drops } from '../drops.ts';
import { createHealth } from '../health.ts';
import { Life } from '../life.ts';
import { createLog, type Log } from '../log.ts';
import type { PolicyStore, StoredPolicy } from '../policy/index.ts';
import type { Runtime } from '../runtime.ts';
import { manifestFile, policyFile, Runtimes } from '../runtimes.ts';
import { THREAD_MARK, type FromThread, type TakeRun, type ThreadStart, type ToThread, type UseConfig } from './messages.ts';
import { lowerThisThread } from './priority.ts';

const BEAT_MS = 1000;

/** True in a thread that was started to serve; then it does so until it is told to close. */
export function serveIfStartedFor(): boolean {
  const start = workerData as Partial<ThreadStart> | null;
  if (isMainThread || !parentPort || start?.mark !== THREAD_MARK) return false;
  serve(parentPort, start as ThreadStart);
  return true;
}

function serve(port: MessagePort, start: ThreadStart): void {
  lowerThisThread();
  const beat = new Int32Array(start.beat);
  setInterval(() => Atomics.add(beat, 0, 1), BEAT_MS).unref();
  const desk = new Desk(port, start);
  port.on('message', (message: ToThread) => {
    desk.receive(message);
  });
}

interface Known {
  readonly config: PluginConfig;
  readonly runtime: Runtime;
  readonly life: Life;
}

class Desk {
  readonly #port: MessagePort;
  readonly #log: Log;
  readonly #runtimes: Runtimes;
  readonly #home: string | undefined;
  readonly #known = new Map<number, Known>();

  constructor(port: MessagePort, start: ThreadStart) {
    this.#port = port;
    this.#home = start.signing.home;
    this.#log = createLog(start.logLevel);
    this.#runtimes = new Runtimes(new Drops(start.drops), createHealth(start.health), start.told, start.signing);
  }

  receive(message: ToThread): void {
    switch (message.kind) {
      case 'config':
        this.#use(message);
        return;
      case 'run':
        this.#observe(message);
        return;
      case 'lost':
        this.#known.get(message.config)?.runtime.ledger.note(message.range);
        return;
      case 'touch':
        this.#known.get(message.config)?.runtime.touch(Date.now());
        return;
      case 'close':
        void this.#runtimes.close().then(() => {
          this.#say({ kind: 'closed' });
        });
    }
  }

  #use({ id, config, life: share, policy, approved, lost }: UseConfig): void {
    const life = new Life(share);
    const runtime = this.#runtimes.for(config, this.#log, {
      life,
      policies: this.#keptAbove(policyFile(config, this.#home), policy, (stored) => this.#say({ kind: 'policy', config: id, stored })),
      approved: this.#keptAbove(manifestFile(config), approved),
      toldApproved: (stored) => this.#say({ kind: 'manifests', config: id, stored }),
      lost,
      toldLost: (range) => this.#say({ kind: 'lost', config: id, range }),
    });
    this.#known.set(id, { config, runtime, life });
  }

  #observe({ config: id, run, outcome, bytes }: TakeRun): void {
    const known = this.#known.get(id);
    if (!known) return;
    known.runtime.touch(Date.now());
    void known.runtime.observe(known.config, run, outcome).then(() => {
      known.life.done(bytes);
    });
  }

  /** Policies and manifests go to the other thread too, which hands the last ones back if this thread must be started again. */
  #keptAbove(file: PolicyStore | undefined, known: StoredPolicy | undefined, tell?: (stored: StoredPolicy) => void): PolicyStore {
    return {
      load: () => {
        const stored = known ?? file?.load();
        if (stored && stored !== known) tell?.(stored);
        return stored;
      },
      save: async (stored) => {
        tell?.(stored);
        await file?.save(stored);
      },
    };
  }

  #say(message: FromThread): void {
    this.#port.postMessage(message);
  }
}
