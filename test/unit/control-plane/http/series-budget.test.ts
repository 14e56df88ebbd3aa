// What senders choose must not make the page grow: hostile values in every label that they reach.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../../control-plane/src/http/index.ts';
import { createSeriesBudget } from '../../../../control-plane/src/http/series-budget.ts';
import type { StoredTurn } from '../../../../control-plane/src/ingest/index.ts';
import type { DomainEvent } from '../../../../control-plane/src/kernel/index.ts';
import { NOTHING_PURGED } from '../../../../control-plane/src/retention/index.ts';

interface Odd {
  readonly id?: string;
  readonly tenant?: string;
  readonly model?: string;
  readonly guardrail?: string;
  readonly outcome?: 'ok' | 'error' | 'blocked' | 'aborted';
  readonly position?: 'first' | 'continuation' | 'topic_shift' | 'orphaned';
  readonly followUp?: 'correction' | 'refinement' | 'repeat' | 'pronoun';
}

function turn({ id = 'x', tenant = 'a', model = 'm', guardrail, outcome = 'ok', position = 'first', followUp }: Odd): StoredTurn {
  return {
    scope: { tenant, environment: 'live' },
    sample: {
      version: 1,
      id,
      startedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-01T00:00:02Z',
      model: { executed: model, evidence: 'response_body' },
      usage: { inputTokens: 3, outputTokens: 5, reasoningTokens: 1 },
      status: { outcome },
      ...(guardrail === undefined ? {} : { guardrails: [{ name: guardrail, verdict: 'block' as const }] }),
    },
    turn: { id, at: 0, inferable: true, text: '' },
    principal: 'p',
    placement: {
      threadId: `t-${id}`,
      isNew: true,
      sessionId: 's',
      confidence: 1,
      method: 'new',
      position,
      intent: 'task_execution',
      ...(followUp === undefined ? {} : { followUp }),
      reasons: [],
      alternatives: [],
    },
    embeddingModel: null,
    costUsd: 0.5,
  };
}

const event = (id: string, tenant = 'a'): DomainEvent => ({
  type: 'TurnStored',
  scope: { tenant, environment: 'live' },
  requestId: id,
  threadId: `t-${id}`,
});

const seriesOf = (text: string, name: string): readonly string[] => text.split('\n').filter((line) => line.startsWith(`${name}{`));
const sumOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
const values = (lines: readonly string[], label: string): Set<string> =>
  new Set(lines.map((line) => new RegExp(`${label}="([^"]*)"`).exec(line)?.[1] ?? ''));

describe('a budget of series', () => {
  const labels = fc.record({
    tenant: fc.stringMatching(/^[ab]$/),
    environment: fc.constant('live'),
    model: fc.string({ maxLength: 3 }),
    kind: fc.constantFrom('x', 'y'),
  });

  it('is kept, loses nothing, and gives the same labels the same place', () => {
    fc.assert(
      fc.property(
        fc.array(labels, { maxLength: 300 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        (given, perScope, inAll) => {
          const place = createSeriesBudget({ perScope, inAll }, ['model']);
          const seen = new Map<string, string>();
          const series = new Set<string>();
          for (const one of given) {
            const placed = JSON.stringify(place(one));
            series.add(placed);
            const before = seen.get(JSON.stringify(one));
            // Once it is placed by its own name, it stays.
            if (before === JSON.stringify(one)) expect(placed).toBe(before);
            seen.set(JSON.stringify(one), placed);
          }
          expect(series.size).toBeLessThanOrEqual(inAll + 3);
          for (const tenant of ['a', 'b'])
            expect([...series].filter((one) => one.includes(`"tenant":"${tenant}"`)).length).toBeLessThanOrEqual(perScope + 1);
        },
      ),
    );
  });
});

describe('the page under hostile values', () => {
  const SHAPES = ['x"} 1\nclew_requests_total{tenant="b', 'a\\', '\u0000', 'ü'.repeat(80), '{}', 'other', ' ', '../../etc', 'm\n# HELP x'];

  it('stays within its bounds, and every request is counted', async () => {
    const metrics = createMetrics();
    const count = 6_000;
    for (let index = 0; index < count; index += 1) {
      const odd = SHAPES[index % SHAPES.length] ?? '';
      metrics.stored(
        turn({
          model: index % 3 === 0 ? odd : `model-${index}`,
          guardrail: index % 2 === 0 ? `${odd}${index}` : `g-${index}`,
          outcome: (['ok', 'error', 'blocked', 'aborted'] as const)[index % 4]!,
          position: (['first', 'continuation', 'topic_shift', 'orphaned'] as const)[index % 4]!,
          followUp: (['correction', 'refinement', 'repeat', 'pronoun'] as const)[index % 4]!,
        }),
      );
    }
    const text = await metrics.page(null).read();
    const requests = seriesOf(text, 'clew_requests_total');
    expect(sumOf(requests)).toBe(count);
    expect(values(requests, 'model').size).toBeLessThanOrEqual(51);
    expect(values(seriesOf(text, 'clew_blocks_total'), 'guardrail').size).toBeLessThanOrEqual(22);
    for (const name of ['clew_requests_total', 'clew_tokens_total', 'clew_cost_usd_total', 'clew_blocks_total', 'clew_corrections_total'])
      expect(seriesOf(text, name).length).toBeLessThanOrEqual(2_001);
    expect(seriesOf(text, 'clew_request_duration_seconds_count').length).toBeLessThanOrEqual(201);
    for (const part of ['etc', '\u0000', 'ü', 'posing']) expect(text).not.toContain(part);
    // Nothing that was sent makes a line of its own.
    expect(
      text.split('\n').filter((line) => line !== '' && !/^(# (HELP|TYPE) clew_|clew_\w+(\{[^\n]*\})? ([\d.eE+-]+|Nan)$)/.test(line)),
    ).toEqual([]);
  });

  it('stays within the bounds of all tenants together, and no tenant uses up those of another', async () => {
    const metrics = createMetrics();
    for (let tenant = 0; tenant < 230; tenant += 1)
      for (let model = 0; model < 52; model += 1) metrics.stored(turn({ tenant: `t${tenant}`, model: `m${model}` }));
    const text = await metrics.page(null).read();
    const requests = seriesOf(text, 'clew_requests_total');
    expect(values(requests, 'tenant').size).toBeLessThanOrEqual(201);
    expect(requests.length).toBeLessThanOrEqual(20_000 + 201);
    expect(seriesOf(text, 'clew_request_duration_seconds_count').length).toBeLessThanOrEqual(2_000 + 201);
    expect(sumOf(requests)).toBe(230 * 52);
    expect(sumOf(seriesOf(text, 'clew_request_duration_seconds_count'))).toBe(230 * 52);
  });
});

describe('figures by topic', () => {
  const PUBLIC = { id: 'topic-1', label: 'lemon "trees"' };

  it('name topics of enough people, put the others together, and count each request once', async () => {
    const metrics = createMetrics();
    const handler = metrics.topicHandler({
      of: (_scope, thread) => Promise.resolve(thread === 't-many' ? PUBLIC : thread === 't-few' ? undefined : null),
    });
    for (const id of ['many', 'few', 'none']) metrics.stored(turn({ id, outcome: 'blocked', followUp: 'correction' }));
    await handler.handle([event('many'), event('few'), event('none'), event('many')]);
    const text = await metrics.page(null).read();
    expect(seriesOf(text, 'clew_topic_requests_total').map((line) => line.replace(/^.*topic=/, ''))).toEqual([
      '"topic-1",outcome="blocked"} 1',
      '"other",outcome="blocked"} 1',
      '"-",outcome="blocked"} 1',
    ]);
    expect(seriesOf(text, 'clew_topic_info')).toEqual([
      'clew_topic_info{tenant="a",environment="live",topic="topic-1",label="lemon  trees "} 1',
    ]);
    for (const name of ['cost_usd_total', 'blocks_total', 'corrections_total', 'request_duration_seconds_count'])
      expect(seriesOf(text, `clew_topic_${name}`)).toHaveLength(3);
    expect(seriesOf(text, 'clew_topic_tokens_total')).toHaveLength(9);
  });

  it('count what the store told of before it was measured', async () => {
    const metrics = createMetrics();
    const handler = metrics.topicHandler({ of: () => Promise.resolve(PUBLIC) });
    await handler.handle([event('soon')]);
    metrics.stored(turn({ id: 'soon' }));
    expect(sumOf(seriesOf(await metrics.page(null).read(), 'clew_topic_requests_total'))).toBe(1);
  });

  it('have at most 50 names in a scope', async () => {
    const metrics = createMetrics();
    const handler = metrics.topicHandler({ of: (_scope, thread) => Promise.resolve({ id: `topic-${thread}`, label: '' }) });
    for (let index = 0; index < 300; index += 1) {
      metrics.stored(turn({ id: String(index) }));
      await handler.handle([event(String(index))]);
    }
    const requests = seriesOf(await metrics.page(null).read(), 'clew_topic_requests_total');
    expect(values(requests, 'topic').size).toBe(51);
    expect(sumOf(requests)).toBe(300);
  });
});

describe('own health', () => {
  it('is on the page, and its dear parts are not looked up at each scrape', async () => {
    const metrics = createMetrics('1.2.3');
    let looks = 0;
    metrics.embedded('minilm', 0.02, 3);
    metrics.searched('sqlite', 0.004);
    metrics.purged({ ...NOTHING_PURGED, texts: 2, vectors: 0, requests: 1, runs: 0, vault: 0 }, 5_000);
    metrics.purgeFailed();
    metrics.watchSpans(() => ({ default: 7 }));
    metrics.spans('default', 'exported', 2);
    metrics.watchSizes(() => {
      looks += 1;
      const scope = { tenant: 'a', environment: 'live' };
      return Promise.resolve({
        events: 4,
        storeBytes: 4096,
        requestBytes: { text: 970, index: 2_100 },
        freeBytes: 1e9,
        vectors: [{ scope, count: 12 }],
        logs: [{ scope, leaves: 9, signed: 8 }],
      });
    });
    await metrics.page(null).read();
    const text = await metrics.page(null).read();
    expect(looks).toBe(1);
    for (const line of [
      'clew_build_info{version="1.2.3"} 1',
      'clew_embedding_texts_total{model="minilm"} 3',
      'clew_vector_query_duration_seconds_count{store="sqlite"} 1',
      'clew_purge_removed_total{class="texts"} 2',
      'clew_purge_passes_total{outcome="failed"} 1',
      'clew_purge_last_success_timestamp_seconds 5',
      'clew_spans_waiting{destination="default"} 7',
      'clew_spans_total{destination="default",outcome="exported"} 2',
      'clew_events_waiting 4',
      'clew_store_request_bytes{class="text"} 970',
      'clew_vectors{tenant="a",environment="live"} 12',
      'clew_log_leaves{tenant="a",environment="live"} 9',
      'clew_log_signed_leaves{tenant="a",environment="live"} 8',
    ])
      expect(text).toContain(`${line}\n`);
    // Of the process as a whole: nothing for one tenant.
    const own = await metrics.page('metrics:read').read({ tenant: 'a', environment: 'live' });
    expect(own).not.toMatch(/clew_embedding|clew_purge|clew_spans|clew_store/);
    expect(own).toContain('clew_vectors{tenant="a",environment="live"} 12');
  });
});
