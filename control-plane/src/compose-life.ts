// What begins when the server listens, and in which order everything ends.
import { repackBeside } from './adapters/sqlite/index.ts';
import type { Base } from './compose-base.ts';
import type { Rooms } from './compose-rooms.ts';
import { errorFields } from './kernel/index.ts';
import { schedulePurge, withOutsideVectors, type Purging } from './retention/index.ts';

export interface Life {
  /** Undefined before the start. */
  nextPurgeMs(): number | undefined;
  start(): void;
  /** Finishes what was begun; the store and its lock come last. */
  close(): Promise<void>;
}

export function lifeOf(base: Base, rooms: Rooms): Life {
  const { live, store, logger } = base;
  const { pipeline, announcer, identity, audit, vault, mover, alerts, watching, spanExport } = rooms;
  const repacking = repackBeside(store, logger);
  let purging: Purging | undefined;
  return {
    nextPurgeMs: () => purging?.nextMs(),
    start() {
      store.checkpointBeside();
      pipeline.start();
      announcer.start();
      identity.start();
      audit.start();
      vault.rewrap().catch((error: unknown) => logger.error('vault_not_rewrapped', errorFields(error)));
      repacking.start();
      mover.start();
      alerts.start();
      purging ??= openPurge(base, rooms);
    },
    async close() {
      watching.stop();
      live.close();
      await inTurn([
        () => purging?.stop(),
        () => repacking.stop(),
        () => mover.stop(),
        () => alerts.stop(),
        () => pipeline.drain(),
        () => announcer.drain(),
        () => identity.stop(),
        () => audit.stop(),
        () => spanExport?.drain(),
        ...base.closers.reverse(),
      ]);
    },
  };
}

function openPurge({ store, live, clock, logger }: Base, { metrics, outside }: Rooms): Purging {
  return schedulePurge({
    meter: metrics,
    store: outside
      ? withOutsideVectors(store.retention, outside.vectors, { holds: store.legalHolds, tally: store.retention.tally })
      : store.retention,
    policy: () => live.current().policy.retention,
    clock,
    logger,
  });
}

/** All of them, one after the other, whatever fails; then the first failure is thrown. */
export async function inTurn(steps: readonly (() => Promise<unknown> | undefined)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
