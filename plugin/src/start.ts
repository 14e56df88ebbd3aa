// One observer for each tenant and environment of a control plane, whichever thread does its work.
import type { PluginConfig } from './config.ts';
import { Drops } from './drops.ts';
import { createHealth } from './health.ts';
import { newMemoryKey } from './identity/index.ts';
import { lifetime } from './lifetime.ts';
import type { Log } from './log.ts';
import { LONG_TEXT_BYTES } from './observe/index.ts';
import type { Observer } from './observer.ts';
import { Runtimes } from './runtimes.ts';
import { Observers } from './thread/index.ts';

let observers: Observers | undefined;
let runtimes: Runtimes | undefined;

/** `bundle`: the file that another thread can run; without one the work is done in this thread. */
export function observerFor(config: PluginConfig, log: Log, bundle: string | undefined): Observer {
  if (bundle === undefined) return localObserver(config, log);
  observers ??= new Observers({ file: bundle, logLevel: config.logLevel, log });
  lifetime().bytesFrom = LONG_TEXT_BYTES;
  return observers.for(config);
}

function localObserver(config: PluginConfig, log: Log): Observer {
  if (!runtimes) {
    const made = new Runtimes(new Drops(), createHealth(), undefined, { memory: newMemoryKey(), home: lifetime().home });
    lifetime().beforeExit.add(async () => made.close());
    runtimes = made;
  }
  return runtimes.for(config, log);
}
