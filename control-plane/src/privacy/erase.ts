// Erasing a person. First the ledger, which outlives the store and its backups, and a tombstone, so that nothing on its way
// is stored afterwards; then every registered place; then a scan of all of them that the receipt rests on. What a place
// did not take is tried again, by the event that the tombstone brought, until it does.
import {
  ClewError,
  errorFields,
  subjectDigest,
  type AuditEntry,
  type AuditTrail,
  type Clock,
  type EventHandler,
  type Logger,
  type Scope,
} from '../kernel/index.ts';
import type { BeyondRecall, Erasable, ErasureHolds, ErasureLedger, Tombstones } from './ports.ts';

/** What was removed, for the person who asked. */
export interface Receipt {
  readonly user: string;
  /** How many of what, by place; zeros when nothing was there (any more). */
  readonly removed: Readonly<Record<string, number>>;
  /** Items that a scan of every place found afterwards: 0, or the call fails. */
  readonly residual: 0;
  /** Names of the places that were scanned. */
  readonly scanned: readonly string[];
  /** Where copies may be that nothing here can reach. */
  readonly beyondRecall: readonly BeyondRecall[];
  /** RFC 3339. Requests made before are not stored, also when they arrive later. */
  readonly at: string;
}

export interface EraseOptions {
  /** Done before, on the store that this one is an older copy of: holds that the copy still has were lifted by then. */
  readonly isReplay?: boolean;
}

export interface Eraser {
  /**
   * Idempotent. Rejects with `held`, and audits that, while a legal hold keeps anything of the person. Rejects with `unavailable` where something is left or a place does not answer; the other places are erased
   * by then, and these are tried again by themselves.
   */
  erase(scope: Scope, principal: string, actor: string, options?: EraseOptions): Promise<Receipt>;
  /** Erases again after the event, whatever came in or failed while the first call ran, but nothing that is newer. */
  readonly handler: EventHandler;
}

export interface EraserParts {
  readonly erasables: readonly Erasable[];
  readonly tombstones: Tombstones;
  readonly clock: Clock;
  /** Places outside the store's transactions. */
  readonly outside?: readonly Erasable[] | undefined;
  readonly ledger: ErasureLedger;
  readonly holds: ErasureHolds;
  readonly audit: AuditTrail;
  /** @param subject digest of the pseudonym (subjectDigest) */
  readonly beyondRecall: (scope: Scope, subject: string) => Promise<readonly BeyondRecall[]>;
  readonly logger: Logger;
}

export function createEraser(parts: EraserParts): Eraser {
  const { tombstones, clock, ledger, audit, logger } = parts;
  const places = [...parts.erasables, ...(parts.outside ?? [])];

  /** All places, whichever fail. */
  async function eraseAll(scope: Scope, principal: string, removed: Record<string, number>): Promise<readonly string[]> {
    const failed: string[] = [];
    for (const place of places) {
      try {
        for (const [what, count] of Object.entries(await place.erase(scope, principal))) removed[what] = (removed[what] ?? 0) + count;
      } catch (error) {
        logger.error('erasure_incomplete', { place: place.name, ...errorFields(error) });
        failed.push(place.name);
      }
    }
    for (const place of places) {
      if (failed.includes(place.name)) continue;
      const left = await place.residual(scope, principal).catch((): number => 1);
      if (left > 0) failed.push(place.name);
    }
    return failed;
  }

  return {
    async erase(scope, principal, actor, options = {}) {
      const atMs = clock.nowMs();
      const subject = subjectDigest(scope, principal);
      const held = options.isReplay === true ? [] : await parts.holds.covering(scope, principal);
      if (held.length > 0) {
        await audit.append({ scope, kind: 'erasure_refused', actor, details: { subject, holds: held } });
        throw new ClewError('held', `nothing was erased; under legal hold by ${held.join(', ')}`, { extra: { holds: held } });
      }
      const entry = (details: AuditEntry['details']): AuditEntry => ({ scope, kind: 'erasure', actor, details: { subject, ...details } });
      await ledger.add({ scope, subject, atMs });
      await tombstones.set(scope, principal, atMs, entry({ state: 'begun' }));
      const removed: Record<string, number> = {};
      const left = await eraseAll(scope, principal, removed);
      await audit.append(entry({ state: left.length > 0 ? 'incomplete' : 'done', ...counts(removed), left }));
      if (left.length > 0) {
        throw new ClewError(
          'unavailable',
          `not erased yet in: ${left.join(', ')}; it is tried again until it is, call again for the receipt`,
        );
      }
      const scanned = places.map(({ name }) => name);
      const beyondRecall = await parts.beyondRecall(scope, subject);
      return { user: principal, removed, residual: 0, scanned, beyondRecall, at: new Date(atMs).toISOString() };
    },
    handler: {
      name: 'erasure',
      mustNotBeLost: true,
      async handle(events) {
        const failures: unknown[] = [];
        for (const event of events) {
          if (event.type !== 'SubjectErased') continue;
          for (const place of places) {
            if (place.isMemory === true) continue;
            await place.erase(event.scope, event.principal, event.untilMs).catch((error: unknown) => failures.push(error));
          }
        }
        if (failures.length > 0) throw failures[0];
      },
    },
  };
}

function counts(removed: Readonly<Record<string, number>>): AuditEntry['details'] {
  return Object.fromEntries(Object.entries(removed).filter(([, count]) => count > 0));
}
