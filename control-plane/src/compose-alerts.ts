// The wiring of alerts: what they are explained by, and where that is told.
import type { Redactor } from '#redact';
import { createOutboundRules } from './access/index.ts';
import { alertRoutes, createAlertWatch } from './alerts/index.ts';
import type { Base } from './compose-base.ts';
import { createOutboundPost, type Metrics } from './http/index.ts';
import { changesAround } from './identity/index.ts';
import type { Route } from './kernel/index.ts';
import type { TopicWall } from './topics/index.ts';

export interface AlertRoom {
  readonly routes: readonly Route[];
  start(): void;
  stop(): Promise<void>;
}

/** Newer versions of the policy than these are looked at. */
const POLICY_VERSIONS = 100;

export function openAlerts(
  { store, config, clock, logger, overrides }: Base,
  { metrics, redactor, topics }: { readonly metrics: Metrics; readonly redactor: () => Redactor; readonly topics: TopicWall },
): AlertRoom {
  const { webhooks, secrets, outbound } = config.alerts;
  const post = createOutboundPost({ rules: createOutboundRules(outbound), ...overrides.outbound });
  const watch = createAlertWatch({
    desk: store.alerts,
    traffic: store.alertTraffic,
    deploys: store.deploys,
    changes: {
      runs: async (scope, moment) => (await changesAround(store.runs, scope, moment)).changes,
      policies: async ({ fromMs, toMs }) =>
        (await store.policyVersions.list(POLICY_VERSIONS)).filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
      gateways: (scope, range) => store.deploys.gateways(scope, range),
    },
    queue: store.alertPosts,
    webhooks,
    publicUrl: config.alerts.publicUrl,
    secrets,
    send: (url, body, headers) => post(url, body, headers),
    meter: metrics,
    topics,
    clock,
    logger,
  });
  return {
    routes: alertRoutes({
      alerts: store.alerts,
      desk: store.alerts,
      posts: store.alertPosts,
      deploys: store.deploys,
      watch,
      topics,
      clock,
      redactor,
    }),
    start: () => watch.start(),
    stop: () => watch.stop(),
  };
}
