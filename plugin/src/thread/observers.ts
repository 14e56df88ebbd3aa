// The observers of a process with its one thread: one for each tenant and environment of a control plane.
import type { PluginConfig } from '../config.ts';
import { lifetime } from '../lifetime.ts';
import type { Log } from '../log.ts';
import { runtimeKey } from '../runtimes.ts';
import type { FromThread } from './messages.ts';
import { ObserverThread, type ThreadOptions } from './observer-thread.ts';
import { RemoteObserver } from './remote-observer.ts';

interface Numbered {
  readonly config: PluginConfig;
  readonly observer: RemoteObserver;
}

export class Observers {
  readonly thread: ObserverThread;
  readonly #observers = new Map<string, RemoteObserver>();
  readonly #configs: Numbered[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #log: Log;

  /** Starts the thread. */
  constructor(options: Pick<ThreadOptions, 'file' | 'logLevel' | 'log' | 'stuckAfterMs'>) {
    this.#log = options.log;
    this.thread = new ObserverThread({
      ...options,
      restarted: () => {
        for (const id of this.#configs.keys()) this.#tell(id);
      },
      lost: () => {
        for (const observer of this.#observers.values()) observer.lose();
      },
      received: (message) => {
        this.#receive(message);
      },
    });
    lifetime().beforeExit.add(async () => this.thread.close());
  }

  for(config: PluginConfig): RemoteObserver {
    const key = runtimeKey(config);
    const known = this.#observers.get(key);
    const observer: RemoteObserver = known ?? new RemoteObserver(this.thread, this.#log, (used) => this.#number(used, observer));
    this.#observers.set(key, observer);
    observer.useConfig(this.#number(config, observer));
    return observer;
  }

  /** The same settings have the same number, however often Kong builds an instance of them. */
  #number(config: PluginConfig, observer: RemoteObserver): number {
    const key = JSON.stringify(config);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const id = this.#configs.push({ config, observer }) - 1;
    this.#numbers.set(key, id);
    this.#tell(id);
    return id;
  }

  #tell(id: number): void {
    const numbered = this.#configs[id];
    if (!numbered) return;
    const { config, observer } = numbered;
    this.thread.send({
      kind: 'config',
      id,
      config,
      life: observer.life.share,
      policy: observer.policy,
      approved: observer.approved,
      lost: observer.lost.all,
    });
  }

  #receive(message: FromThread): void {
    if (message.kind === 'closed') return;
    const observer = this.#configs[message.config]?.observer;
    if (!observer) return;
    if (message.kind === 'lost') observer.lost.add(message.range);
    else if (message.kind === 'manifests') observer.approve(message.stored);
    else observer.obey(message.stored);
  }
}
