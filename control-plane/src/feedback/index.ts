// What people, evaluators and applications say of answers and conversations.
export { createFeedback, type FeedbackParts, type FeedbackResult, type FeedbackRoom } from './take.ts';
export { feedbackRedactor, type Redactions } from './redact.ts';
export { feedbackRoutes } from './routes.ts';
export type * from './ports.ts';
export type * from './types.ts';
