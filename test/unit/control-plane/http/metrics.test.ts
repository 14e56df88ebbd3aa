import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../../control-plane/src/http/index.ts';
import type { StoredTurn } from '../../../../control-plane/src/ingest/index.ts';

function stored(model: string, environment = 'live'): StoredTurn {
  return {
    scope: { tenant: 'a', environment },
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
    expect(text).toMatch(/clew_cost_usd_total\{model="model-1"\} 1\n/);
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
