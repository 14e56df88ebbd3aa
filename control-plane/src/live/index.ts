// Traffic as it passes, for those who watch.
export { TROUBLES, type LiveFilter, type LiveReader, type StoredPlace, type Trouble } from './ports.ts';
export { liveRoutes } from './routes.ts';
export { createLive, type Live, type LiveParts } from './stream.ts';
export type { LiveCounts, LivePortion, LiveRequest } from './types.ts';
