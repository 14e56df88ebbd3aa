// How often the analysis of alerts names the planted cause first, and how often it names anything where nothing happened. Other
// incidents than the usual hundred: CLEW_ALERT_SEED=90000 npx vitest run test/measure/alerts
import { describe, expect, it } from 'vitest';
import { correlate, type AlertRow } from '../../control-plane/src/alerts/index.ts';
import { generateIncident, type Incident, type Request } from '../../scripts/incidents/generate.ts';

/** "variant" is a dimension of its own under the name of what it is: a prompt. */
const DIMENSION_OF = { model: 'model', route: 'route', topic: 'topic', intent: 'intent', variant: 'prompt' } as const;
const rowOf = (one: Request): AlertRow => ({
  atMs: one.atMs,
  person: one.user,
  values: { model: one.model, route: one.route, topic: one.topic, intent: one.intent, prompt: one.variant },
  metrics: { errors: Number(one.isError), blocks: 0, latency: one.durationMs, corrections: null, cost: null },
});

function findingsOf({ startsAtMs, requests }: Incident) {
  const rows = requests.map(rowOf);
  const [incident, before] = [rows.filter(({ atMs }) => atMs >= startsAtMs), rows.filter(({ atMs }) => atMs < startsAtMs)];
  return correlate({ incident, before, dayBefore: [] }, 'errors');
}

const FIRST = Number(process.env['CLEW_ALERT_SEED'] ?? 1_000);
const SEEDS = Array.from({ length: 100 }, (_, at) => FIRST + at);

function firsts(lift: number): number {
  return SEEDS.filter((seed) => {
    const incident = generateIncident({ seed, lift });
    const [first] = findingsOf(incident);
    return (
      first !== undefined && first.dimension === DIMENSION_OF[incident.cause?.dimension ?? 'model'] && first.value === incident.cause?.value
    );
  }).length;
}

describe('alerts', () => {
  it('names the planted cause first at a lift of 2', () => {
    const found = firsts(2);
    process.stdout.write(`alerts: cause first in ${found} of 100 incidents at lift 2\n`);
    expect(found).toBeGreaterThanOrEqual(90);
  });

  it('names it first at a lift of 1.3', () => {
    const found = firsts(1.3);
    process.stdout.write(`alerts: cause first in ${found} of 100 incidents at lift 1.3\n`);
    expect(found).toBeGreaterThanOrEqual(60);
  });

  it('names nothing where nothing happened', () => {
    const quiet = SEEDS.filter((seed) => findingsOf(generateIncident({ seed, lift: 1 })).length === 0).length;
    process.stdout.write(`alerts: no finding in ${quiet} of 100 quiet times\n`);
    expect(quiet).toBeGreaterThanOrEqual(95);
  });
});
