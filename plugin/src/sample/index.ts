// What is kept of which run.
export { Budget } from './budget.ts';
export { decide, position, type Decision, type SamplingFacts } from './decide.ts';
export { identityOnly, isIdentityOnly, withoutTexts } from './identity.ts';
export { RescueRing, type RingEntry } from './ring.ts';
