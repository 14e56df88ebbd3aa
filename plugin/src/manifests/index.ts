// What is approved, and what becomes of a request that is not.
export { guard, isIdle, needsConsumer, type GuardVerdict } from './guard.ts';
export { ManifestPoller, readManifestSet } from './poll.ts';
export { refusalOf, verdictHeader } from './answer.ts';
