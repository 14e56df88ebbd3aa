import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createAccuracyMetrics } from '../../../../control-plane/src/http/accuracy-metrics.ts';

const RULES = path.resolve(import.meta.dirname, '../../../../deploy/prometheus/clew-rules.yml');
const acme = { tenant: 'acme', environment: 'prod' };

describe('accuracy as metrics', () => {
  it('counts verdicts, and takes precision and recall of the newest', async () => {
    const registry = new Registry();
    const metrics = createAccuracyMetrics(registry);
    for (let i = 0; i < 90; i++) metrics.judged(acme, 'true_join', 'declared');
    for (let i = 0; i < 6; i++) metrics.judged(acme, 'false_join', 'history');
    for (let i = 0; i < 4; i++) metrics.judged(acme, 'missed_join', 'history');
    for (let i = 0; i < 26; i++) metrics.judged(acme, 'false_new', 'declared');
    const text = await registry.metrics();
    expect(text).toContain('clew_link_verdicts_total{tenant="acme",environment="prod",kind="true_join",evidence="declared"} 90');
    expect(text).toContain('clew_link_precision{tenant="acme",environment="prod"} 0.9\n');
    expect(text).toContain('clew_link_recall{tenant="acme",environment="prod"} 0.75\n');
    for (let i = 0; i < 1_000; i++) metrics.judged(acme, 'true_join', 'declared');
    expect(await registry.metrics()).toContain('clew_link_precision{tenant="acme",environment="prod"} 1\n');
  });

  it('shows no share of a few, seeds without counting, and names a bounded number of scopes', async () => {
    const registry = new Registry();
    const metrics = createAccuracyMetrics(registry);
    metrics.seed(
      acme,
      Array.from({ length: 49 }, () => 'true_join' as const),
    );
    expect(await registry.metrics()).not.toMatch(/^clew_link_/m);
    metrics.seed(acme, ['true_join']);
    expect(await registry.metrics()).toContain('clew_link_precision{tenant="acme",environment="prod"} 1');
    for (let i = 0; i < 300; i++) metrics.judged({ tenant: `t${i}`, environment: 'prod' }, 'true_new', 'declared');
    const text = await registry.metrics();
    const tenants = new Set(Array.from(text.matchAll(/^clew_link_verdicts_total\{tenant="([^"]+)"/gm), ([, tenant]) => tenant));
    expect(tenants.size).toBe(200);
    expect(text).toContain('tenant="other"');
  });
});

describe('the alert rules', () => {
  it('find a share where all links are wrong: what never happened stands there as zero', async () => {
    const registry = new Registry();
    createAccuracyMetrics(registry).judged(acme, 'false_join', 'declared');
    const text = await registry.metrics();
    const where = 'tenant="acme",environment="prod"';
    expect(text).toContain(`clew_link_verdicts_total{${where},kind="true_join",evidence="declared"} 0\n`);
    expect(text).toContain(`clew_link_verdicts_total{${where},kind="false_join",evidence="declared"} 1\n`);
  });

  interface Rule {
    readonly alert?: string;
    readonly record?: string;
    readonly expr: string;
    readonly annotations?: object;
  }
  const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { name: string; rules: Rule[] }[] }).groups
    .filter(({ name }) => name === 'clew-linking')
    .flatMap((group) => group.rules);

  it('ask for metrics that there are, by labels and kinds that they have', async () => {
    const registry = new Registry();
    createAccuracyMetrics(registry).judged(acme, 'false_join', 'declared');
    const served = await registry.metrics();
    const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
    for (const { expr } of rules) {
      for (const [, name] of expr.matchAll(/\b(clew_\w+)/g)) expect(served).toContain(name);
      for (const [name] of expr.matchAll(/\bclew:[\w:]+/g)) expect(recorded).toContain(name);
      for (const [, kinds] of expr.matchAll(/kind=~?"([^"]+)"/g)) {
        for (const kind of kinds?.split('|') ?? []) expect(['true_join', 'false_join', 'missed_join']).toContain(kind);
      }
    }
    expect(rules.filter(({ alert }) => alert !== undefined).map(({ alert }) => alert)).toEqual([
      'ClewLinkPrecisionLow',
      'ClewLinkPrecisionFell',
    ]);
  });
});
