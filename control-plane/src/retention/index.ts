// How long each class of data is kept, and the purge that holds it.
export { purge, type PurgeOptions, type PurgeReport } from './purge.ts';
export { schedulePurge } from './schedule.ts';
export { withOutsideVectors } from './outside-vectors.ts';
export type { AgedVectors, Purgeable } from './ports.ts';
