// Which conversation a request belongs to, and how sure that is. Pure: no clock, no chance, no store.
export { PrincipalThreads } from './principal.ts';
export type { LinkingOptions } from './options.ts';
export { RESTORE_LIMIT, WINDOW_SECONDS } from './limits.ts';
export { logOdds, rescaled, sigmoid, softmax, tunedScore, GAP_CENTRE, type LinkerTuning } from './infer/tuning.ts';
export { FORKED } from './link.ts';
export { linkerFor, shippedLinker } from './infer/shipped.ts';
export { review } from './review.ts';
export { kindOfVerdict, verdictOf } from './verdict.ts';
export type * from './judged.ts';
export { derivedId } from './ids.ts';
export type { PastTurns, ThreadReader, TopicNames } from './ports.ts';
export type * from './types.ts';
export type * from './views.ts';
export { followUpOf } from './follow-up.ts';
export { cosine } from './vector.ts';
export { isThanks } from './speech/signs.ts';
export { rarityOf } from './text/rarity.ts';
export { isTraceTemplate, traceLinker, type TraceLinker } from './trace-link.ts';
