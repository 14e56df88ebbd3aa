// The wiring of alerts: what they are explained by, and where that is told.
import type { Redactor } from '#redact';
import { createOutboundRules } from './access/index.ts';
import { alertRoutes, createAlertWatch, type Labels } from './alerts/index.ts';
import type { Base } from './compose-base.ts';
import { createOutboundPost, type Metrics } from './http/index.ts';
import { changesAround } from './identity/index.ts';
import type { Route, Scope } from './kernel/index.ts';
import { publicLabel } from './topics/index.ts';

export interface AlertRoom {
  readonly routes: readonly Route[];
  start(): void;
  stop(): Promise<void>;
}

/** As for topics on their page. */
const MIN_USERS = 5;
/** Newer versions of the policy than these are looked at. */
const POLICY_VERSIONS = 100;

export function openAlerts(
  { store, config, clock, logger, live, overrides }: Base,
  { metrics, redactor }: { readonly metrics: Metrics; readonly redactor: () => Redactor },
): AlertRoom {
  const { webhooks, secrets, outbound } = config.alerts;
  const labelsBy =
    (read: (scope: Scope, topic: string) => Promise<string>) =>
    async (scope: Scope, topics: readonly string[]): Promise<Labels> => {
      const labels = new Map<string, string>();
      for (const topic of new Set(topics)) {
        const label = await read(scope, topic);
        if (label !== '') labels.set(topic, label);
      }
      return labels;
    };
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
    secrets,
    send: (url, body, headers) => post(url, body, headers),
    meter: metrics,
    // What leaves says of a topic what many people said.
    labelsOf: labelsBy((scope, topic) => publicLabel(store.topics, scope, topic, live.current().policy.topics?.minUsers ?? MIN_USERS)),
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
      labelsOf: labelsBy((scope, topic) => store.topics.labelOf(scope, topic)),
      clock,
      redactor,
    }),
    start: () => watch.start(),
    stop: () => watch.stop(),
  };
}
