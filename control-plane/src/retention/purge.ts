// The purge: what the policy no longer allows to be kept goes, in batches, so that live traffic is never held up long.
import type { RetentionPolicy } from '#contract';
import type { Clock, Logger, Scope } from '../kernel/index.ts';
import type { Purgeable } from './ports.ts';

export interface PurgeReport {
  readonly texts: number;
  readonly vectors: number;
  readonly requests: number;
  readonly runs: number;
}

export interface PurgeOptions {
  readonly store: Purgeable;
  /** Read at each run, so that a changed policy counts at once. */
  readonly policy: () => RetentionPolicy | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly batch?: number;
  /** Asked between batches: true ends the pass early. */
  readonly isStopped?: () => boolean;
}

const DAY_MS = 86_400_000;
/** Days each class is kept where the policy says nothing; the same defaults stand in the policy's schema. */
export const DEFAULT_DAYS = { textDays: 30, embeddingDays: 30, metadataDays: 365, identityDays: 2555 } as const;

/** One pass over all scopes and classes. Rejects with the store's error; what was removed until then stays removed. */
export async function purge(options: PurgeOptions): Promise<PurgeReport> {
  const { store, clock, logger } = options;
  const batch = options.batch ?? 500;
  const days = { ...DEFAULT_DAYS, ...options.policy() };
  const before = (kept: number): number => clock.nowMs() - kept * DAY_MS;
  const isStopped = options.isStopped ?? (() => false);
  const all = async (remove: (limit: number) => Promise<number>): Promise<number> => {
    let total = 0;
    while (!isStopped()) {
      const removed = await remove(batch);
      total += removed;
      if (removed < batch) break;
      // Let waiting requests in between two batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return total;
  };
  const report = { texts: 0, vectors: 0, requests: 0, runs: 0 };
  for (const scope of await store.scopes()) {
    report.requests += await all((limit) => store.purgeRequests(scope, before(days.metadataDays), limit));
    report.texts += await all((limit) => store.purgeTexts(scope, before(days.textDays), limit));
    report.vectors += await all((limit) => store.purgeVectors(scope, before(days.embeddingDays), limit));
    report.runs += await all((limit) => store.purgeRuns(scope, before(days.identityDays), limit));
    log(logger, scope, report);
  }
  return report;
}

function log(logger: Logger, scope: Scope, report: PurgeReport): void {
  logger.info('purged', { tenant: scope.tenant, environment: scope.environment, ...report });
}
