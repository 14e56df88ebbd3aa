// A data folder that was put back from a backup knows nothing of the erasures since. The ledger does: at each start, those
// that the store has no tombstone of are done again, before anything is served.
import { subjectDigest, type AuditTrail, type Logger, type Scope } from '../kernel/index.ts';
import type { Eraser } from './erase.ts';
import type { ErasureLedger, Tombstones } from './ports.ts';

/** A pseudonym that the store holds something of. */
export interface Subject {
  readonly scope: Scope;
  readonly principal: string;
}

/** Answers how many people were erased again. */
export async function replayErasures(parts: {
  readonly ledger: ErasureLedger;
  readonly tombstones: Tombstones;
  /** Everybody of whom anything is stored, more than once at will. */
  readonly subjects: () => Promise<readonly Subject[]>;
  readonly eraser: Eraser;
  readonly audit: AuditTrail;
  readonly logger: Logger;
}): Promise<number> {
  const { ledger, tombstones, eraser, audit, logger } = parts;
  const missing = new Set<string>();
  for (const { subject, atMs } of await ledger.all()) {
    if (await tombstones.restore(subject, atMs)) missing.add(subject);
  }
  if (missing.size === 0) return 0;
  let erased = 0;
  for (const { scope, principal } of await parts.subjects()) {
    const subject = subjectDigest(scope, principal);
    if (!missing.delete(subject)) continue;
    // The copy is older than the erasure, so all that it holds of the person is.
    await audit.append({ scope, kind: 'erasure_replayed', actor: 'system', details: { subject } });
    await eraser.erase(scope, principal, 'system', { isReplay: true });
    erased += 1;
  }
  logger.warn('erasures_replayed', { people: erased, why: 'the data folder is older than the ledger of erasures' });
  return erased;
}
