// How long each class of data is kept, and the purge that holds it.
export { DEFAULT_DAYS, purge, type PurgeOptions, type PurgeReport } from './purge.ts';
export { schedulePurge } from './schedule.ts';
export type { Purgeable } from './ports.ts';
