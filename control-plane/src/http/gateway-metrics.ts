// What gateways tell of themselves beside their samples. Any sender of samples may tell anything, so names and gateways
// are bounded: later ones share the label "other".
import { Counter, Gauge, type Registry } from 'prom-client';
import type { GatewayHealth } from '#contract';
import type { Scope } from '../kernel/index.ts';

const MAX_NAMES = 64;
const MAX_GATEWAYS = 50;

export interface GatewayMetrics {
  /** Counts one report; figures in it are what happened since the gateway's last one. */
  readonly told: (report: GatewayHealth, scope: Scope) => void;
}

export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const wall = ['tenant', 'environment'] as const;
  const events = new Counter({
    name: 'clew_gateway_events_total',
    help: 'What gateways did, as they tell: calls observed, runs kept, samples delivered, failures',
    labelNames: [...wall, 'name'],
    registers,
  });
  const dropped = new Counter({
    name: 'clew_gateway_dropped_total',
    help: 'What gateways did not observe, keep or deliver, by reason, passed calls among them',
    labelNames: [...wall, 'reason'],
    registers,
  });
  const now = new Gauge({
    name: 'clew_gateway_state',
    help: 'What a gateway held at its last report',
    labelNames: [...wall, 'instance', 'name'],
    registers,
  });
  const name = bounded(MAX_NAMES);
  const gateway = bounded(MAX_GATEWAYS);
  return {
    told(report, { tenant, environment }) {
      const place = { tenant, environment };
      for (const [key, count] of Object.entries(report.counts)) events.inc({ ...place, name: name(key) }, count);
      for (const [key, count] of Object.entries(report.dropped)) dropped.inc({ ...place, reason: name(key) }, count);
      const instance = gateway(report.instance);
      for (const [key, value] of Object.entries(report.now)) now.set({ ...place, instance, name: name(key) }, value);
    },
  };
}

function bounded(limit: number): (label: string) => string {
  const known = new Set<string>();
  return (label) => {
    if (!known.has(label) && known.size >= limit) return 'other';
    known.add(label);
    return label;
  };
}
