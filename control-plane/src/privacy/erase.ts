// Erasing a person: first a tombstone, so that nothing on its way is stored afterwards, then every registered place, then
// a scan of all of them that the receipt rests on.
import { ClewError, type Clock, type EventHandler, type Scope } from '../kernel/index.ts';
import type { Erasable, Tombstones } from './ports.ts';

/** What was removed, for the person who asked. */
export interface Receipt {
  readonly user: string;
  /** How many of what, by place; zeros when nothing was there (any more). */
  readonly removed: Readonly<Record<string, number>>;
  /** Items that a scan of every place found afterwards: 0, or the call fails. */
  readonly residual: 0;
  /** Names of the places that were scanned. */
  readonly scanned: readonly string[];
  /** RFC 3339. Requests made before are not stored, also when they arrive later. */
  readonly at: string;
}

export interface Eraser {
  /** Idempotent. Rejects with `unavailable` where something is left or a place does not answer; then call again. */
  erase(scope: Scope, principal: string): Promise<Receipt>;
  /** Erases again after the event: an outside store may have been written to while the first call ran. */
  readonly handler: EventHandler;
}

export function createEraser(parts: {
  readonly erasables: readonly Erasable[];
  readonly tombstones: Tombstones;
  readonly clock: Clock;
  /** Places outside the store's transactions, erased a second time. */
  readonly outside?: readonly Erasable[] | undefined;
}): Eraser {
  const { tombstones, clock } = parts;
  const outside = parts.outside ?? [];
  const places = [...parts.erasables, ...outside];
  return {
    async erase(scope, principal) {
      const atMs = clock.nowMs();
      await tombstones.set(scope, principal, atMs);
      const removed: Record<string, number> = {};
      for (const place of places) {
        for (const [what, count] of Object.entries(await place.erase(scope, principal))) removed[what] = (removed[what] ?? 0) + count;
      }
      const left: string[] = [];
      for (const place of places) if ((await place.residual(scope, principal)) > 0) left.push(place.name);
      if (left.length > 0) throw new ClewError('unavailable', `after erasing, something is left in: ${left.join(', ')}; call again`);
      return { user: principal, removed, residual: 0, scanned: places.map(({ name }) => name), at: new Date(atMs).toISOString() };
    },
    handler: {
      name: 'erasure',
      async handle(events) {
        for (const event of events) {
          if (event.type !== 'SubjectErased') continue;
          for (const place of outside) await place.erase(event.scope, event.principal, event.untilMs);
        }
      },
    },
  };
}
