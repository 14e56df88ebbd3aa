// A life of a process that purges, killed at a step: `node purge-life.ts FOLDER [STEP NUMBER]`. A step is a write of SQL within a
// transaction ("write"), a transaction that was committed ("commit"), a batch of what stands beside requests ("beside"), or the
// moment before or after a telling.
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import type { RetentionPolicy } from '#contract';
import { Database } from '../../control-plane/src/adapters/sqlite/database.ts';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { silentLogger, systemClock } from '../../control-plane/src/kernel/index.ts';
import { purge, type Purgeable } from '../../control-plane/src/retention/index.ts';

export type Step = 'write' | 'commit' | 'beside' | 'before telling' | 'after telling';
export const KEPT: RetentionPolicy = { textDays: 30, embeddingDays: 20, metadataDays: 300, identityDays: 340, vaultDays: 30 };

/** One pass in small batches. */
export async function purgeOnce(folder: string, around: (store: Purgeable) => Purgeable = (store) => store): Promise<void> {
  const store = openSqlite({ folder, clock: systemClock });
  try {
    await purge({ store: around(store.retention), policy: () => KEPT, clock: systemClock, logger: silentLogger, batch: 4 });
  } finally {
    await store.close();
  }
}

const ownOf = (name: string): unknown => Object.getOwnPropertyDescriptor(Database.prototype, name)?.value;

async function die(folder: string, step: Step, number: number): Promise<void> {
  let left = number;
  // Without a last word: neither exit handlers run nor are files closed.
  const at = (here: Step): void => {
    if (here === step && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
  const run = ownOf('run') as (this: Database, built: Parameters<Database['run']>[0]) => number;
  const transaction = ownOf('transaction') as (this: Database, work: () => unknown) => unknown;
  let isPurging = false;
  Database.prototype.run = function (this: Database, built) {
    const changed = run.call(this, built);
    if (isPurging && changed > 0) at('write');
    return changed;
  };
  Database.prototype.transaction = function <T>(this: Database, work: () => T): T {
    const result = transaction.call(this, work) as T;
    if (isPurging) at('commit');
    return result;
  };
  await purgeOnce(folder, (store) => {
    isPurging = true;
    // A proxy, so that whatever the port has goes through.
    return new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        if (name === 'purgeBeside')
          return async (...args: unknown[]) => {
            const removed = await value.apply(target, args);
            if (removed !== 0) at('beside');
            return removed;
          };
        if (name !== 'tell') return value.bind(target);
        return async (...args: unknown[]) => {
          at('before telling');
          const told = await value.apply(target, args);
          at('after telling');
          return told;
        };
      },
    });
  });
}

const [, script, folder, step, number] = process.argv;
if (folder !== undefined && script !== undefined && import.meta.url === pathToFileURL(path.resolve(script)).href)
  await die(folder, step as Step, Number(number));
