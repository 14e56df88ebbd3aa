// Out to the world: semantic spans by OTLP.
export { createSpanExport, otlpSender, type SpanExport, type SpanExportParts, type SpanSender } from './otlp.ts';
export { relinkSpan, semanticSpan, type RunFacts } from './semantic-span.ts';
