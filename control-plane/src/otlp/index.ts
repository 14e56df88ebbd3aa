// Model calls that other gateways and instrumented applications tell of by OTLP.
export { createSpanIntake, type SpanDoor, type SpanIntake, type SpanIntakeParts } from './intake.ts';
export { otlpRoutes } from './routes.ts';
