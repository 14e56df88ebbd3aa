// A real Prometheus scrapes a real control plane under the rules that ship, and is asked what the dashboards ask.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../control-plane/src/http/index.ts';
import { formatGatewayHealth, GATEWAY_HEALTH_HEADER } from '../../plugin/src/contract/index.ts';
import { runPromtool, startAlertmanager, startPrometheus, type RunningPrometheus } from '../support/prometheus.ts';
import { startControlPlane, until, type ControlPlane } from '../support/stack.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const RULES = 'deploy/prometheus/clew-rules.yml';
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const folder = mkdtempSync(path.join(tmpdir(), 'clew-metrics-'));
/** Takes spans, and nothing else is asked of it here. */
const receiver = createServer((request, response) => request.resume().on('end', () => response.end()));
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
/** Conversations that clients declared, half a day before; in each the third turn corrects the answer. */
const CHATS = 12;
const TURNS = 8;
const ALL = BEFORE + NOW + CHATS * TURNS;
const FAILED = 30;

const sampleOf = (index: number, atMs: number, fields: object): object => ({
  version: 1,
  id: `metric-${index}`,
  runId: index.toString(16).padStart(32, '0'),
  startedAt: new Date(atMs).toISOString(),
  endedAt: new Date(atMs + 2_000).toISOString(),
  dialect: 'openai.chat',
  usage: { inputTokens: 100, outputTokens: 50, costUsd: 0.002 },
  status: { outcome: 'ok', http: 200 },
  ...fields,
});
const person = (id: string): object => ({ id, source: 'consumer', trust: 'authenticated' });
const model = (name: string): object => ({ requested: name, executed: name, evidence: 'response_body' });

/** Twenty people ask two models about the same. For two hours all goes well; in the last two minutes half of one model's answers fail. */
function samples(): string {
  const now = Date.now();
  const chats = Array.from({ length: CHATS * TURNS }, (_, at) => {
    const [chat, turn] = [Math.floor(at / TURNS), at % TURNS];
    return sampleOf(BEFORE + NOW + at, now - 43_200_000 + chat * 600_000 + turn * 30_000, {
      principal: person(`p_chat_${chat}`),
      session: { id: `chat-${chat}`, source: 'header:x-session-id' },
      model: model('sound-1'),
      prompt: { text: turn === 2 ? 'No, that is wrong. I meant the old apple tree.' : `How do I prune the old apple tree number ${turn}?` },
    });
  });
  const incident = Array.from({ length: BEFORE + NOW }, (_, index) => {
    const isNow = index >= BEFORE;
    return sampleOf(index, isNow ? now - 120_000 + (index - BEFORE) * 900 : now - 7_200_000 + index * 45_000, {
      principal: person(`p_${Math.floor(index / 2) % 20}`),
      model: model(index % 2 === 0 ? 'sound-1' : 'sick-1'),
      ...(isNow && index % 4 === 1 ? { status: { outcome: 'error', http: 502 } } : {}),
      guardrails: index % 10 === 0 ? [{ name: 'pii', verdict: 'block', stage: 'request' }] : [],
      prompt: { text: `How do I prune the old apple tree number ${index}?` },
    });
  });
  return [...chats, ...incident].map((one) => JSON.stringify(one)).join('\n');
}

/** What else can happen: a sample that is refused, one that is not to be kept, a gateway's own figures, feedback. */
async function happenings(): Promise<void> {
  const odd = [
    { version: 1 },
    { version: 1, id: 'off', startedAt: new Date().toISOString(), dialect: 'openai.chat', gateway: { kind: 'kong', route: 'health' } },
  ];
  const report = formatGatewayHealth({ v: 1, instance: 'edge-1', counts: { observed: 9 }, dropped: { queue_full: 1 }, now: { queued: 2 } });
  const { status } = await plane.post('/v1/samples', JSON.stringify(odd), { [GATEWAY_HEALTH_HEADER]: report ?? '' });
  expect(status).toBe(202);
  await plane.post('/v1/feedback', JSON.stringify({ requestId: 'metric-0', kind: 'thumbs', value: 'up' }));
  await plane.get('/v1/search?q=pruning+trees');
}

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const policy = path.join(folder, 'policy.yaml');
  writeFileSync(policy, `${read('policies/default.yaml')}\nroutes: [{ match: { route: health }, mode: off }]\n`);
  plane = await startControlPlane({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, CLEW_POLICY: policy } });
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
  const posted = await plane.post('/v1/samples', samples(), { 'content-type': 'application/x-ndjson' });
  expect(posted.status).toBe(202);
  // Sizes are looked up when the page is first asked for, and not again for a while.
  await until(async () => {
    const { items } = await plane.get<{ readonly items: readonly { readonly calls: number }[] }>('/v1/threads');
    return items.reduce((sum, { calls }) => sum + calls, 0) === ALL || undefined;
  }, 'all requests to be stored');
  await happenings();
  prometheus = await startPrometheus(config, { 'clew-rules.yml': read(RULES), 'test-rules.yml': TEST_RULES });
  await until(async () => {
    const [stored] = await prometheus.query('sum(clew_topic_requests_total)');
    return stored?.value === ALL ? true : undefined;
  }, 'all requests in Prometheus');
});
afterAll(async () => {
  await prometheus.stop();
  await alertmanager.stop();
  await plane.stop();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(plane.folder, { recursive: true, force: true });
});

const one = async (expression: string): Promise<number | undefined> => (await prometheus.query(expression))[0]?.value;

describe('metrics in Prometheus', () => {
  it('say of each request what it is: model, position, outcome, verdict, guardrail, tokens', async () => {
    expect(await one('sum(clew_requests_total)')).toBe(ALL);
    expect(await one('sum(clew_requests_total{model="sick-1",outcome="error"})')).toBe(FAILED);
    expect(await one('sum(clew_requests_total{model="sound-1",outcome="error"})')).toBeUndefined();
    expect(await one('sum(clew_requests_total{verdict="undeclared"})')).toBe(ALL);
    expect(await one('sum(clew_tokens_total{kind="input",model="sick-1"})')).toBe((100 * (BEFORE + NOW)) / 2);
    expect(await one('sum(clew_blocks_total{guardrail="pii"})')).toBe((BEFORE + NOW) / 10);
    expect(await one('sum(clew_request_duration_seconds_count)')).toBe(ALL);
    expect(await one('sum(clew_cost_usd_total)')).toBeCloseTo(0.002 * ALL, 6);
    expect(await one('sum(clew_corrections_total{kind="correction"})')).toBe(CHATS);
    expect(await one('sum(clew_topic_corrections_total)')).toBe(CHATS);
    expect(await one('histogram_quantile(0.5, sum by (le) (clew_request_duration_seconds_bucket))')).toBeGreaterThan(1);
    const positions = (await prometheus.query('sum by (position) (clew_requests_total)')).map(({ metric }) => metric['position']);
    expect(positions).toContain('first');
  });

  it('say how the control plane does', async () => {
    expect(await one('sum(clew_embedding_texts_total)')).toBeGreaterThanOrEqual(BEFORE + NOW);
    expect(await one('clew_journal_waiting')).toBe(0);
    expect(await one('sum(clew_purge_passes_total{outcome="done"})')).toBe(1);
    expect(await one('clew_purge_last_success_timestamp_seconds')).toBeGreaterThan(Date.now() / 1_000 - 600);
    expect(await one('clew_disk_free_bytes')).toBeGreaterThan(0);
    expect(await one('sum(clew_vector_query_duration_seconds_count)')).toBeGreaterThan(0);
    expect(await one('sum(clew_vectors)')).toBe(ALL);
    expect(await one('sum(clew_log_leaves)')).toBe(ALL);
    expect(await one('clew_journal_lag_seconds')).toBe(0);
    expect(await one('sum(clew_samples_dropped_total{reason="mode_off"})')).toBe(1);
    expect(await one('sum(clew_samples_rejected_total)')).toBe(1);
    expect(await one('min(clew_link_precision)')).toBeGreaterThan(0.5);
    expect(await one('min(clew_link_recall)')).toBeGreaterThan(0.5);
  });

  it('are those that the page lists', async () => {
    // The first scrape is counted when it has been answered.
    await until(() => one('clew_monitoring_requests_total'), 'the second scrape');
    const names = new Set(await prometheus.names());
    const listed = createMetrics()
      .families()
      .map(({ name, kind }) => (kind === 'histogram' ? `${name}_count` : name));
    // What did not happen here, and counts by labels: retries, explanations that were posted.
    expect(listed.filter((name) => !names.has(name))).toEqual(['clew_alert_posts_total']);
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

  it('every panel asks something that Prometheus has', async () => {
    interface Board {
      readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
    }
    const files = readdirSync(path.join(ROOT, 'deploy/grafana')).filter((name) => name.endsWith('.json'));
    const boards = files.map((file) => JSON.parse(read(`deploy/grafana/${file}`)) as Board);
    const asked = boards.flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)));
    expect(asked.length).toBeGreaterThan(50);
    for (const expression of asked) {
      const filled = expression.replaceAll(/\$(tenant|environment)/g, '.*');
      await until(async () => ((await prometheus.query(filled)).length > 0 ? true : undefined), expression, 20_000);
    }
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
    // What doctor tells the two by, from the real ones.
    for (const client of ['prometheus', 'alertmanager'])
      expect(await one(`clew_monitoring_requests_total{client="${client}",outcome="taken"}`)).toBeGreaterThan(0);
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
