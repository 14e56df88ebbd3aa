// Provider bodies and streams become one LlmRequest and one LlmAnswer. Pure: no I/O, no clock, no chance but what is
// handed in. Everything read here is written by clients and providers, so nothing in this room throws on any input.
export type {
  LlmAnswer,
  LlmRequest,
  Message,
  PassReason,
  RawCall,
  RequestReading,
  RetrievedDocument,
  Role,
  ToolCall,
  ToolDefinition,
} from './types.ts';
/** `readRequest`: the request side, or the reason why the call passes unread. `readAnswer`: the answer side. */
export { readAnswer, readRequest } from './read.ts';
/** Keyed digests of a conversation, for `Sample.history`. */
export { historyDigests, MAX_DIGESTS, type HistoryExtras } from './history.ts';
/** Digests and commitments of what a run was composed of, for `Sample.composition`. */
export { commitTo, composition, instructionTexts, type Commit } from './composition.ts';
/** A copy of a value from outside that has canonical bytes: no half characters, no numbers out of range, nothing too deep. */
export { toJson } from './json.ts';
/** What the application declares of its retrieval, in a header beside the call. */
export { declaredRetrieval, RETRIEVAL_HEADER, type RetrievalContext } from './retrieval.ts';
