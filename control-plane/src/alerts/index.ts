// Alerts from outside, and what of the traffic stands out in them.
export { correlate, type Counts } from './correlate.ts';
export { alertRoutes } from './routes.ts';
export { readWebhook } from './webhook.ts';
export type { AlertStore, SegmentCounts } from './ports.ts';
export type { Alert, Finding, SegmentCount } from './types.ts';
