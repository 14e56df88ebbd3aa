// From what was observed to what may leave.
export { outcomeOf } from './outcome.ts';
export { declaredVariant, nameOf } from './labels.ts';
export { describeRun, mayStand, withTexts, type Run, type Surroundings } from './sample.ts';
export { MAX_TEXT } from './text.ts';
