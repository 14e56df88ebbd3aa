// Which model's vectors are in force, and the way from one model to another while serving.
export { createMover, type Mover, type MoverParts } from './mover.ts';
export { embeddingRoutes, type EmbeddingRoutesParts } from './routes.ts';
export type * from './ports.ts';
export type * from './types.ts';
