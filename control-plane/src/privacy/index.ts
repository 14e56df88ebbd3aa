// What is personal, and what happens to it in the control plane.
export { createNameRedactor, type NameRedactor, type NameRedactorOptions, type NamesRedacted } from './names.ts';
export { createEraser, type EraseOptions, type Eraser, type EraserParts, type Receipt } from './erase.ts';
export { replayErasures, type Subject } from './replay.ts';
export { outsideVectors, withoutErased } from './outside-vectors.ts';
export { privacyRoutes } from './routes.ts';
export type { BeyondRecall, Erasable, ErasureHolds, ErasureLedger, ErasureRecord, Finder, Tombstones } from './ports.ts';
