// The purge: what the policy no longer allows to be kept goes, in batches, so that live traffic is never held up long.
import type { RetentionPolicy } from '#contract';
import type { Clock, Logger, Scope } from '../kernel/index.ts';
import { DEFAULT_DAYS } from '../policies/index.ts';
import { BESIDE, NOTHING_PURGED, type BesideClass, type Purgeable, type PurgeCounts } from './ports.ts';

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
/** Batches grow and shrink so that each holds the store about this long. */
const HOLD_MS = 5;
const FIRST_BATCH = 16;
/** A commit costs as much as some rows: smaller batches hold the store hardly less long, and a purge of a large store would never end. */
const LEAST_BATCH = 8;
const MOST_BATCH = 500;
/** Of the time that a batch took, how long others have afterwards: while they use it, and where nobody seems to be there. */
const PAUSES = { busy: 2, idle: 0.5 } as const;
const LONGEST_PAUSE_MS = 200;
/** Share of a pause in which this thread worked. */
const BUSY = 0.2;

/** One pass over all scopes and classes. Rejects with the store's error; what was removed until then stays removed. */
export async function purge(options: PurgeOptions): Promise<PurgeReport> {
  const { store, clock, logger } = options;
  const days = { ...DEFAULT_DAYS, ...options.policy() };
  const before = (kept: number): number => clock.nowMs() - kept * DAY_MS;
  const all = (remove: (limit: number) => Promise<number>): Promise<number> => inBatches(remove, options);
  const report = { ...NOTHING_PURGED } as Counting;
  for (const scope of await store.scopes()) {
    const here = { ...NOTHING_PURGED } as Counting;
    try {
      here.requests = await all((limit) => store.purgeRequests(scope, before(days.metadataDays), limit));
      here.texts = await all((limit) => store.purgeTexts(scope, before(days.textDays), limit));
      here.vectors = await all((limit) => store.purgeVectors(scope, before(days.embeddingDays), limit));
      here.runs = await all((limit) => store.purgeRuns(scope, before(days.identityDays), limit));
      // No longer than the text in which the values stood.
      here.vault = await all((limit) => store.purgeVault(scope, before(Math.min(days.vaultDays, days.textDays)), limit));
      for (const [name, field] of Object.entries(BESIDE) as [BesideClass, (typeof BESIDE)[BesideClass]][])
        here[name] = await all((limit) => store.purgeBeside(scope, name, before(days[field]), limit));
    } finally {
      // What went is told also where the pass could not be ended.
      const told = await store.tell(scope, here);
      for (const [name, count] of Object.entries(told)) report[name as keyof Counting] += count as number;
      log(logger, scope, told);
    }
  }
  await store.settle(options.isStopped);
  return report;
}

type Counting = { -readonly [name in keyof PurgeCounts]: number };

/** Until nothing is left, or somebody says stop. Answers how many went. */
async function inBatches(remove: (limit: number) => Promise<number>, { store, batch, isStopped }: PurgeOptions): Promise<number> {
  let total = 0;
  let size = batch ?? FIRST_BATCH;
  let pauses: number = PAUSES.busy;
  while (isStopped?.() !== true) {
    const startedMs = performance.now();
    const removed = await remove(size);
    const tookMs = performance.now() - startedMs;
    total += removed;
    if (removed < size) break;
    const fitting = Math.round(size * Math.min(2, Math.max(0.5, HOLD_MS / tookMs)));
    size = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, fitting));
    // Waiting requests go in between.
    const before = performance.eventLoopUtilization();
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauses * tookMs, LONGEST_PAUSE_MS)));
    pauses = performance.eventLoopUtilization(before).utilization > BUSY ? PAUSES.busy : PAUSES.idle;
    await store.room();
  }
  return total;
}

function log(logger: Logger, scope: Scope, report: PurgeReport): void {
  logger.info('purged', { tenant: scope.tenant, environment: scope.environment, ...report });
}
