// From what was observed to what may leave.
export { outcomeOf } from './outcome.ts';
export { declaredVariant, nameOf } from './labels.ts';
export type { Run, Surroundings } from './run.ts';
export { describeRun, mayStand, withTexts } from './sample.ts';
export { MAX_TEXT } from './text.ts';
