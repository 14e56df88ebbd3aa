// The web server: errors, authentication, limits and the API's description. Rooms' routes come from compose.
export { createApp, JSON_LIMITS, type AppParts, type Authorizer } from './app.ts';
export { healthRoutes, type Health } from './health.ts';
export { isLoopback } from './loopback.ts';
export { DEFAULT_RATES, type RateLimits } from './limits.ts';
export { createOutboundPost, type OutboundPost, type OutboundPostOptions } from './post-outbound.ts';
export { createHttpServer, secureContextOf, type ServerTimes, type ServerTls } from './server.ts';
export { readBody } from './read-body.ts';
export { createMetrics, type MetricFamily, type Metrics } from './metrics.ts';
export type { Sizes } from './health-metrics.ts';
export type { TextPage } from './text-page.ts';
