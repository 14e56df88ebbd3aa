// How often the inferred linker is right, measured where certain evidence or a person says so, and what is learned from it.
export { createAccuracy, type AccuracyParts, type AccuracyRoom } from './room.ts';
export { accuracyRoutes } from './routes.ts';
export { NEEDS, propose, untuned, type Evidence, type Proposal } from './propose.ts';
export { decide, outcomeOf, type Decision } from './evaluate.ts';
export { calibrationError, figuresOf, reliabilityOf, shareOf } from './figures.ts';
export type * from './ports.ts';
export type * from './types.ts';
