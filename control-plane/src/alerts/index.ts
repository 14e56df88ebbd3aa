// Alerts from outside, and what of the traffic stands out in them.
export { correlate, type Times } from './correlate.ts';
export { metricOf } from './metric.ts';
export { alertRoutes } from './routes.ts';
export { readWebhook } from './webhook.ts';
export type { AlertStore, AlertTraffic } from './ports.ts';
export { DIMENSIONS, type Alert, type AlertMetric, type AlertRow, type Dimension, type Finding } from './types.ts';
