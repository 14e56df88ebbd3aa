// How often the analysis of alerts names the planted cause first, and how often it names anything where nothing happened. Other
// incidents than the usual hundred: CLEW_ALERT_SEED=90000 npx vitest run test/measure/alerts
import { describe, expect, it } from 'vitest';
import { CAUSES, generateIncident, type IncidentOptions } from '../../scripts/incidents/generate.ts';
import { isCause, judge, metricFor } from '../../scripts/incidents/judge.ts';

const FIRST = Number(process.env['CLEW_ALERT_SEED'] ?? 1_000);
const SEEDS = Array.from({ length: 100 }, (_, at) => FIRST + at);
/** Kinds that no bar is about are looked at less. */
const FEWER = SEEDS.slice(0, 30);

const say = (text: string): void => void process.stdout.write(`alerts: ${text}\n`);

/** Which of them came first, by what the cause was. */
function firsts(seeds: readonly number[], options: Omit<IncidentOptions, 'seed'>): readonly string[] {
  return seeds.flatMap((seed) => {
    const incident = generateIncident({ seed, ...options });
    const [first] = judge(incident, metricFor(options.kind ?? 'more'));
    return isCause(first, incident.cause) ? (incident.cause?.dimension ?? []) : [];
  });
}

describe('alerts', () => {
  it('names the planted cause first at a lift of 2, whatever it is: model, route, topic, client, prompt, intent, position, verdict, pattern', () => {
    const planted = SEEDS.map((seed) => CAUSES[seed % CAUSES.length] ?? 'model');
    const found = firsts(SEEDS, { lift: 2 });
    say(`cause first in ${found.length} of 100 incidents at lift 2`);
    expect(found.length).toBeGreaterThanOrEqual(90);
    for (const dimension of CAUSES) {
      const [all, own] = [planted, found].map((list) => list.filter((one) => one === dimension).length);
      expect([dimension, all]).toEqual([dimension, SEEDS.length / CAUSES.length]);
      expect([dimension, own ?? 0], `${own} of ${all}`).toEqual([dimension, expect.toSatisfy((count: number) => count >= 7)]);
    }
  });

  it('names it first at a lift of 1.3', () => {
    const found = firsts(SEEDS, { lift: 1.3 });
    say(`cause first in ${found.length} of 100 incidents at lift 1.3`);
    expect(found.length).toBeGreaterThanOrEqual(60);
  });

  it('names nothing where nothing happened, whether the alert is about errors or about how many requests there are', () => {
    const quiet = SEEDS.map((seed) => generateIncident({ seed, lift: 1 }));
    for (const metric of ['errors', 'requests'] as const) {
      const none = quiet.filter((incident) => judge(incident, metric).length === 0).length;
      say(`no finding in ${none} of 100 quiet times, ${metric}`);
      expect(none).toBeGreaterThanOrEqual(95);
    }
  });

  it.each(['less', 'absent'] as const)('names first what there is less of where requests became fewer: %s', (kind) => {
    const found = firsts(FEWER, { lift: 2, kind });
    say(`${kind}: named first in ${found.length} of ${FEWER.length}`);
    expect(found.length).toBeGreaterThanOrEqual(kind === 'absent' ? 27 : 23);
  });

  it('names both of two causes', () => {
    const both = FEWER.filter((seed) => {
      const incident = generateIncident({ seed, lift: 2, kind: 'two' });
      const found = judge(incident, 'errors');
      return incident.causes.every((cause) => found.some((one) => isCause(one, cause)));
    }).length;
    say(`two causes at lift 2: both named in ${both} of ${FEWER.length}`);
    expect(both).toBeGreaterThanOrEqual(26);
  });
});
