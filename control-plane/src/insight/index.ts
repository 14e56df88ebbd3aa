// How threads went: satisfaction and quality with their parts, where they broke, what guardrails refused, and which courses of follow-ups end well.
export { insightOf } from './facts.ts';
export type { EvaluatorScale } from './quality.ts';
export { SIGNAL_WEIGHTS } from './satisfaction.ts';
export { insightRoutes, type InsightParts } from './routes.ts';
export type * from './ports.ts';
export type * from './views.ts';
