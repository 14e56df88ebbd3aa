// How long each class of data is kept, and the purge that holds it.
export { purge, type PurgeMeter, type PurgeOptions, type PurgeReport } from './purge.ts';
export { schedulePurge, type Purging } from './schedule.ts';
export { withOutsideVectors } from './outside-vectors.ts';
export { retentionRoutes, type PastPurge, type RetentionParts } from './routes.ts';
export {
  BESIDE,
  NOTHING_PURGED,
  RETAINED,
  type AgedClass,
  type AgedVectors,
  type AgeLimits,
  type BesideClass,
  type HeldVectors,
  type OutsideTally,
  type Purgeable,
  type PurgeCounts,
  type RetainedClass,
  type RetentionReader,
  type SparedVectors,
} from './ports.ts';
