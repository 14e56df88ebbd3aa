// What the plugin sees of a call, however it came by it.
export {
  readEntity,
  readCompanionOutcome,
  readCompanionRequest,
  type Body,
  type CapturedOutcome,
  type CapturedRequest,
} from './companion.ts';
export { decodeBody, LONG_TEXT_BYTES } from './decode.ts';
export { applyDecision, askForOutcome, askForRequest } from './pdk.ts';
export { WorkQueue, type Job } from './work.ts';
