// The purge: what the policy no longer allows to be kept goes, in batches, so that live traffic is never held up long.
import type { RetentionPolicy } from '#contract';
import type { Clock, Logger, Scope } from '../kernel/index.ts';
import { DEFAULT_DAYS } from '../policies/index.ts';
import type { Purgeable, PurgeCounts } from './ports.ts';

export type PurgeReport = PurgeCounts;

/** What a purge did, for whoever counts. */
export interface PurgeMeter {
  purged(report: PurgeReport, atMs: number): void;
  purgeFailed(): void;
}

export interface PurgeOptions {
  readonly meter?: PurgeMeter;
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
/** Batches grow and shrink so that none holds the store longer than this. */
const LONG_MS = 15;
const FIRST_BATCH = 32;
/** A commit and its sync cost as much as some ten rows: smaller batches hold the store hardly less long, and a purge of a large store would never end. */
const LEAST_BATCH = 8;
const MOST_BATCH = 500;
const PAUSES = 2;
const LONGEST_PAUSE_MS = 200;
/** One pass over all scopes and classes. Rejects with the store's error; what was removed until then stays removed. */
export async function purge(options: PurgeOptions): Promise<PurgeReport> {
  const { store, clock, logger } = options;
  const batch = options.batch ?? FIRST_BATCH;
  const days = { ...DEFAULT_DAYS, ...options.policy() };
  const before = (kept: number): number => clock.nowMs() - kept * DAY_MS;
  const isStopped = options.isStopped ?? (() => false);
  const all = async (remove: (limit: number) => Promise<number>): Promise<number> => {
    let total = 0;
    let size = batch;
    while (!isStopped()) {
      const startedMs = performance.now();
      const removed = await remove(size);
      const tookMs = performance.now() - startedMs;
      total += removed;
      if (removed < size) break;
      if (tookMs > LONG_MS) size = Math.max(LEAST_BATCH, size >> 1);
      else if (tookMs < LONG_MS / 4) size = Math.min(MOST_BATCH, size * 2);
      // Waiting requests go in between, for longer than the batch kept them waiting.
      await new Promise((resolve) => setTimeout(resolve, Math.min(PAUSES * tookMs, LONGEST_PAUSE_MS)));
    }
    return total;
  };
  const report = { texts: 0, vectors: 0, requests: 0, runs: 0, vault: 0 };
  for (const scope of await store.scopes()) {
    const here = { texts: 0, vectors: 0, requests: 0, runs: 0, vault: 0 };
    try {
      here.requests = await all((limit) => store.purgeRequests(scope, before(days.metadataDays), limit));
      here.texts = await all((limit) => store.purgeTexts(scope, before(days.textDays), limit));
      here.vectors = await all((limit) => store.purgeVectors(scope, before(days.embeddingDays), limit));
      here.runs = await all((limit) => store.purgeRuns(scope, before(days.identityDays), limit));
      // No longer than the text in which the values stood.
      here.vault = await all((limit) => store.purgeVault(scope, before(Math.min(days.vaultDays, days.textDays)), limit));
    } finally {
      // What went is told also where the pass could not be ended.
      const told = await store.tell(scope, here);
      for (const [name, count] of Object.entries(told)) report[name as keyof typeof here] += count as number;
      log(logger, scope, told);
    }
  }
  return report;
}

function log(logger: Logger, scope: Scope, report: PurgeReport): void {
  logger.info('purged', { tenant: scope.tenant, environment: scope.environment, ...report });
}
