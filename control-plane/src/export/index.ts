// Out to the world: spans by OTLP.
export { CONVENTIONS, PLAIN_DESTINATION, refusedCopy, type Conventions, type DestinationView } from './destination.ts';
export { createSpanExport, type SpanExport, type SpanExportParts } from './span-export.ts';
export { createPublicTopics, type PublicTopicParts } from './public-topics.ts';
export {
  SPAN_OUTCOMES,
  type PublicTopic,
  type PublicTopics,
  type SendResult,
  type SpanMeter,
  type SpanOutcome,
  type SpanSender,
  type ThreadTopics,
} from './ports.ts';
export { createThreadLog } from './thread-log.ts';
export { relinkSpan, semanticSpan } from './semantic-span.ts';
export { stageSpans, type SpanPlace } from './stage-spans.ts';
export { SCHEMA_URLS } from './gen-ai.ts';
export type { RequestFacts, RunFacts } from './facts.ts';
