// Alerts from outside, what of the traffic stands out in them, and what changed just before; told to webhooks.
export { correlate, type Times } from './correlate.ts';
export { explain, type ExplainParts } from './explain.ts';
export { readGeneric } from './generic.ts';
export { metricOf } from './metric.ts';
export { signedHeaders, targetOf, type Webhook } from './post.ts';
export { alertRoutes, type AlertRouteParts } from './routes.ts';
export { POST_DROPS, sendDue, type PostDrop, type PostMeter, type SenderParts } from './sender.ts';
export { durationMs, NO_SETTINGS } from './settings.ts';
export type { Labels } from './show.ts';
export { createAlertWatch, nextOf, type AlertWatch, type AlertWatchParts } from './watch.ts';
export { readWebhook } from './webhook.ts';
export type {
  AlertDesk,
  AlertPost,
  AlertStore,
  AlertTraffic,
  ChangeSources,
  DeployStore,
  ListedAlert,
  NewPost,
  PostQueue,
  RunChange,
} from './ports.ts';
export {
  DIMENSIONS,
  METRICS,
  type Alert,
  type AlertChange,
  type AlertMetric,
  type AlertRow,
  type AlertSettings,
  type Deploy,
  type Dimension,
  type Explanation,
  type Finding,
  type FindingThread,
  type TimeRange,
} from './types.ts';
