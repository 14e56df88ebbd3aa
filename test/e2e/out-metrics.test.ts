// A real Prometheus scrapes a real control plane under the rules that ship, and is asked what the dashboards ask.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../control-plane/src/http/index.ts';
import { runPromtool, startAlertmanager, startPrometheus, type RunningPrometheus } from '../support/prometheus.ts';
import { startControlPlane, until, type ControlPlane } from '../support/stack.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const RULES = 'deploy/prometheus/clew-rules.yml';
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

let plane: ControlPlane;
let prometheus: RunningPrometheus;
let alertmanager: { readonly url: string; stop(): Promise<void> };

const TEST_RULES = `
groups:
  - name: test
    rules:
      - alert: ManyErrors
        expr: sum by (tenant, environment) (clew_requests_total{outcome="error"}) >= 20
        labels: { clew_metric: errors }
        annotations: { clew_window: 5m }
`;

const BEFORE = 120;
const NOW = 120;
const ALL = BEFORE + NOW;
const FAILED = 30;

/** Twenty people ask two models about the same. For two hours all goes well; in the last two minutes half of one model's answers fail. */
function samples(): string {
  const now = Date.now();
  return Array.from({ length: ALL }, (_, index) => {
    const model = index % 2 === 0 ? 'sound-1' : 'sick-1';
    const isNow = index >= BEFORE;
    const atMs = isNow ? now - 120_000 + (index - BEFORE) * 900 : now - 7_200_000 + index * 45_000;
    return JSON.stringify({
      version: 1,
      id: `metric-${index}`,
      runId: index.toString(16).padStart(32, '0'),
      startedAt: new Date(atMs).toISOString(),
      endedAt: new Date(atMs + 2_000).toISOString(),
      principal: { id: `p_${Math.floor(index / 2) % 20}`, source: 'consumer', trust: 'authenticated' },
      dialect: 'openai.chat',
      model: { requested: model, executed: model, evidence: 'response_body' },
      usage: { inputTokens: 100, outputTokens: 50 },
      status: isNow && index % 4 === 1 ? { outcome: 'error', http: 502 } : { outcome: 'ok', http: 200 },
      guardrails: index % 10 === 0 ? [{ name: 'pii', verdict: 'block', stage: 'request' }] : [],
      prompt: { text: `How do I prune the old apple tree number ${index}?` },
    });
  }).join('\n');
}

beforeAll(async () => {
  plane = await startControlPlane();
  const { json } = await plane.post('/v1/tokens', JSON.stringify({ role: 'alerting', name: 'alertmanager' }));
  alertmanager = await startAlertmanager(`
route: { receiver: clew, group_wait: 0s, group_interval: 1s }
receivers:
  - name: clew
    webhook_configs:
      - url: ${plane.url}/v1/alerts/alertmanager
        http_config: { authorization: { credentials: ${(json as { readonly token: string }).token} } }
`);
  const config = `
scrape_configs:
  - job_name: clew
    scrape_interval: 500ms
    sample_limit: 250000
    static_configs: [{ targets: ['${new URL(plane.url).host}'] }]
rule_files: [clew-rules.yml, test-rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['${new URL(alertmanager.url).host}'] }] }] }
global: { evaluation_interval: 500ms }
`;
  prometheus = await startPrometheus(config, { 'clew-rules.yml': read(RULES), 'test-rules.yml': TEST_RULES });
  await until(async () => ((await prometheus.query('up{job="clew"}'))[0]?.value === 1 ? true : undefined), 'the first scrape');
  const posted = await plane.post('/v1/samples', samples(), { 'content-type': 'application/x-ndjson' });
  expect(posted.status).toBe(202);
  await until(async () => {
    const [stored] = await prometheus.query('sum(clew_topic_requests_total)');
    return stored?.value === ALL ? true : undefined;
  }, 'all requests in Prometheus');
});
afterAll(async () => {
  await prometheus.stop();
  await alertmanager.stop();
  await plane.stop();
  rmSync(plane.folder, { recursive: true, force: true });
});

const one = async (expression: string): Promise<number | undefined> => (await prometheus.query(expression))[0]?.value;

describe('metrics in Prometheus', () => {
  it('say of each request what it is: model, position, outcome, verdict, guardrail, tokens', async () => {
    expect(await one('sum(clew_requests_total)')).toBe(ALL);
    expect(await one('sum(clew_requests_total{model="sick-1",outcome="error"})')).toBe(FAILED);
    expect(await one('sum(clew_requests_total{model="sound-1",outcome="error"})')).toBeUndefined();
    expect(await one('sum(clew_requests_total{verdict="undeclared"})')).toBe(ALL);
    expect(await one('sum(clew_tokens_total{kind="input",model="sound-1"})')).toBe((100 * ALL) / 2);
    expect(await one('sum(clew_blocks_total{guardrail="pii"})')).toBe(ALL / 10);
    expect(await one('sum(clew_request_duration_seconds_count)')).toBe(ALL);
    expect(await one('histogram_quantile(0.5, sum by (le) (clew_request_duration_seconds_bucket))')).toBeGreaterThan(1);
    const positions = (await prometheus.query('sum by (position) (clew_requests_total)')).map(({ metric }) => metric['position']);
    expect(positions).toContain('first');
  });

  it('say how the control plane does', async () => {
    expect(await one('sum(clew_embedding_texts_total)')).toBeGreaterThanOrEqual(ALL);
    expect(await one('clew_journal_waiting')).toBe(0);
    expect(await one('sum(clew_purge_passes_total{outcome="done"})')).toBe(1);
    expect(await one('clew_purge_last_success_timestamp_seconds')).toBeGreaterThan(Date.now() / 1_000 - 600);
    expect(await one('clew_disk_free_bytes')).toBeGreaterThan(0);
    await plane.get('/v1/search?q=pruning+trees');
    await until(async () => (await one('sum(clew_vector_query_duration_seconds_count)')) || undefined, 'a search by meaning');
  });

  it('are those that the page lists', async () => {
    const names = new Set(await prometheus.names());
    const listed = createMetrics()
      .families()
      .map(({ name, kind }) => (kind === 'histogram' ? `${name}_count` : name));
    // What did not happen here: retries, faults, gateways' reports, feedback, corrections by chance.
    const quiet = listed.filter((name) => !names.has(name));
    expect(listed.length - quiet.length).toBeGreaterThan(60);
    const strangers = [...names].filter((name) => name.startsWith('clew_') && !listed.includes(name.replace(/_(bucket|sum)$/, '_count')));
    expect(strangers).toEqual([]);
  });
});

describe('rules and dashboards', () => {
  it('hold before promtool, with their tests', async () => {
    const file = (name: string): string => path.join(ROOT, 'deploy/prometheus', name);
    expect(await runPromtool(['check', 'rules', file('clew-rules.yml')])).toMatch(/SUCCESS: \d+ rules found/);
    expect(await runPromtool(['test', 'rules', file('clew-rules.test.yml'), file('clew-rules-days.test.yml')])).not.toContain('FAILED');
    expect(await runPromtool(['check', 'config', '--syntax-only', file('prometheus.yml')])).toContain('SUCCESS');
  });

  it('the page itself holds before promtool', async () => {
    const text = await (await fetch(`${plane.url}/metrics`)).text();
    // Names of histograms and the like; metrics of the process have names that Node's client chose.
    const faults = (await runLint(text)).filter((line) => !/^clew_(nodejs|process)_/.test(line));
    expect(faults).toEqual([]);
  });

  it('are evaluated without a fault by the server that has them', async () => {
    await until(async () => (await prometheus.query('clew:requests:rate5m'))[0], 'a recorded series');
    const answer = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as {
      readonly data: {
        readonly groups: readonly {
          readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[];
        }[];
      };
    };
    const all = answer.data.groups.flatMap(({ rules }) => rules);
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter(({ health }) => health === 'err').map(({ name, lastError }) => [name, lastError])).toEqual([]);
  });

  it('every panel asks something that Prometheus answers', async () => {
    interface Board {
      readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
    }
    let withData = 0;
    let asked = 0;
    for (const file of readdirSync(path.join(ROOT, 'deploy/grafana')).filter((name) => name.endsWith('.json'))) {
      const board = JSON.parse(read(`deploy/grafana/${file}`)) as Board;
      for (const { expr } of board.panels.flatMap(({ targets = [] }) => targets)) {
        const found = await prometheus.query(expr.replaceAll(/\$(tenant|environment)/g, '.*'));
        asked += 1;
        if (found.length > 0) withData += 1;
      }
    }
    expect(asked).toBeGreaterThan(50);
    expect(withData).toBeGreaterThan(30);
  });
});

interface AlertView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly findings?: readonly { readonly dimension: string; readonly value: string; readonly explainedBy?: unknown }[];
}

describe('an alert of Prometheus, by way of Alertmanager', () => {
  it('arrives by itself and says what stands out: the model that is sick', async () => {
    const alert = await until(async () => {
      const { items } = await plane.get<{ readonly items: readonly AlertView[] }>('/v1/alerts');
      return items.find(({ name }) => name === 'ManyErrors');
    }, 'the alert');
    expect(alert.status).toBe('firing');
    const found = await until(async () => {
      const { findings = [] } = await plane.get<AlertView>(`/v1/alerts/${alert.id}`);
      return findings.length > 0 ? findings : undefined;
    }, 'findings');
    expect(found[0]).toMatchObject({ dimension: 'model', value: 'sick-1' });
  });
});

/** `promtool check metrics` says its findings on the way out; none is no fault. */
async function runLint(text: string): Promise<readonly string[]> {
  try {
    await runPromtool(['check', 'metrics'], text);
    return [];
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
      .split('\n')
      .slice(1)
      .filter((line) => line.trim() !== '');
  }
}
