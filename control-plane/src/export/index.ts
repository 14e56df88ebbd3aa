// Out to the world: semantic spans by OTLP.
export { createSpanExport, otlpSender, type SpanExport, type SpanExportParts, type SpanSender } from './otlp.ts';
export { semanticSpan } from './semantic-span.ts';
