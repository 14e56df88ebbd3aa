import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../../control-plane/src/http/index.ts';
import { monitorOf } from '../../../../control-plane/src/http/monitors.ts';
import type { StoredTurn } from '../../../../control-plane/src/ingest/index.ts';

function stored(model: string, environment = 'live', tenant = 'a'): StoredTurn {
  return {
    scope: { tenant, environment },
    sample: {
      version: 1,
      id: 'x',
      startedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-01T00:00:02Z',
      model: { executed: model, evidence: 'response_body' },
      usage: { inputTokens: 3 },
    },
    turn: { id: 'x', at: 0, inferable: true, text: '' },
    principal: 'p',
    placement: {
      threadId: 't',
      isNew: true,
      sessionId: 's',
      confidence: 1,
      method: 'new',
      position: 'first',
      intent: 'task_execution',
      reasons: [],
      alternatives: [],
    },
    embeddingModel: null,
    costUsd: 0.5,
  };
}

describe('metrics', () => {
  it('gives at most 50 models a label of their own, and none of an odd shape', async () => {
    const metrics = createMetrics();
    for (let index = 0; index < 80; index += 1) metrics.stored(stored(`model-${index}`));
    metrics.stored(stored('a prompt posing as a model'));
    metrics.stored(stored('model-1'));
    const text = await metrics.page(null).read();
    const labels = new Set([...text.matchAll(/clew_requests_total\{[^}]*model="([^"]*)"/g)].map((match) => match[1]));
    expect(labels.size).toBe(51);
    expect(labels).toContain('other');
    expect(text).not.toContain('posing');
    expect(text).toMatch(/clew_requests_total\{[^}]*model="other"[^}]*\} 31/);
    expect(text).toMatch(
      /clew_cost_usd_total\{tenant="a",environment="live",position="first",intent="task_execution",model="model-1",verdict="-"\} 1\n/,
    );
  });

  it('shows a scope its own figures only, and nothing of the process', async () => {
    const metrics = createMetrics();
    for (const tenant of ['a', 'b']) {
      for (const environment of ['live', 'test']) metrics.stored(stored(`model-${tenant}-${environment}`, environment, tenant));
    }
    metrics.requestFinished({ method: 'GET', route: '/v1/threads', status: 200 }, 1);
    const text = await metrics.page('metrics:read').read({ tenant: 'a', environment: 'live' });
    expect(text).toContain('model-a-live');
    expect(text).toContain('clew_request_duration_seconds_bucket{le="+Inf",tenant="a",environment="live"');
    expect(text).not.toMatch(/model-(b|a-test)|tenant="b"|environment="test"|clew_http|clew_process|clew_journal/);
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
    expect(new Set(families).size).toBe(families.length);
    expect(await metrics.page('metrics:read').read({ tenant: 'c', environment: 'live' })).toBe('');
    expect(await metrics.page(null).read()).toMatch(/clew_http_requests_total[\s\S]*tenant="b"/);
  });

  it('counts how Prometheus and Alertmanager were answered, by what they send along', async () => {
    const metrics = createMetrics();
    const finished = (headers: Readonly<Record<string, string>>, route: string, status: number): void =>
      metrics.requestFinished({ method: 'GET', route, status }, 1, monitorOf(headers));
    const [scraper, manager] = [{ 'x-prometheus-scrape-timeout-seconds': '10' }, { 'user-agent': 'Alertmanager/0.25.0' }];
    finished(scraper, '/metrics', 200);
    finished(scraper, '/metrics', 401);
    finished(scraper, 'other', 404);
    finished(manager, '/v1/alerts', 400);
    finished(manager, '/v1/alerts/alertmanager', 202);
    finished(manager, '/v1/alerts/alertmanager', 500);
    finished({ 'user-agent': 'curl/8' }, '/metrics', 200);
    const lines = (await metrics.page(null).read()).split('\n').filter((line) => line.startsWith('clew_monitoring_requests_total{'));
    expect(lines.toSorted()).toEqual([
      'clew_monitoring_requests_total{client="alertmanager",outcome="failed"} 1',
      'clew_monitoring_requests_total{client="alertmanager",outcome="taken"} 1',
      'clew_monitoring_requests_total{client="alertmanager",outcome="wrong_path"} 1',
      'clew_monitoring_requests_total{client="prometheus",outcome="refused"} 1',
      'clew_monitoring_requests_total{client="prometheus",outcome="taken"} 1',
      'clew_monitoring_requests_total{client="prometheus",outcome="wrong_path"} 1',
    ]);
  });

  it('keeps labels of models for each scope by itself', async () => {
    const metrics = createMetrics();
    for (let index = 0; index < 60; index += 1) metrics.stored(stored(`model-${index}`));
    metrics.stored(stored('late', 'live', 'b'));
    expect(await metrics.page(null).read()).toContain('model="late"');
  });

  it('marks test traffic', async () => {
    const metrics = createMetrics();
    metrics.stored(stored('m', 'test'));
    expect(await metrics.page(null).read()).toMatch(/clew_requests_total\{[^}]*traffic="test"\} 1/);
  });

  it('reads depth and lag of the journal when asked', async () => {
    const metrics = createMetrics();
    metrics.watchJournal(
      () => Promise.resolve({ waiting: 7, buried: 1, oldestMs: 1_000 }),
      () => 5_000,
    );
    const text = await metrics.page(null).read();
    expect(text).toMatch(/clew_journal_waiting 7\n/);
    expect(text).toMatch(/clew_journal_buried 1\n/);
    expect(text).toMatch(/clew_journal_lag_seconds 4\n/);
  });
});
