import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSpanExport,
  PLAIN_DESTINATION,
  type SendResult,
  type SpanExportParts,
  type SpanSender,
} from '../../../../control-plane/src/export/index.ts';
import { silentLogger, type DomainEvent } from '../../../../control-plane/src/kernel/index.ts';
import type { RequestView, ThreadReader } from '../../../../control-plane/src/threads/index.ts';
import { requestView } from '../../../support/span-facts.ts';

const scope = { tenant: 'acme', environment: 'live' };
const TAKEN: SendResult = { kind: 'taken', refused: 0 };
const LATER: SendResult = { kind: 'later', reason: 'http_503' };

const stored = (requestId: string): DomainEvent => ({ type: 'TurnStored', scope, requestId, threadId: 't_1' });
const reader = (views: readonly RequestView[]): ThreadReader => ({
  list: () => Promise.resolve({ items: [], next: null }),
  thread: () => Promise.resolve(undefined),
  request: (_scope, id) => Promise.resolve(views.find((one) => one.id === id)),
  counts: () => Promise.resolve({ requests: 0, threads: 0 }),
});

function world(senders: Readonly<Record<string, SpanSender['send']>>, parts: Partial<SpanExportParts> = {}) {
  const counts: Record<string, number> = {};
  const spans = createSpanExport({
    reader: reader([requestView({ predecessor: null, runId: null })]),
    destinations: Object.entries(senders).map(([name, send]) => ({
      view: { ...PLAIN_DESTINATION, stages: false, name },
      sender: { send },
    })),
    meter: {
      spans: (destination, outcome, count) => {
        const key = `${destination} ${outcome}`;
        counts[key] = (counts[key] ?? 0) + count;
      },
    },
    logger: silentLogger,
    resource: { 'service.name': 'clew' },
    pausesMs: [1, 1],
    ...parts,
  });
  return { spans, counts };
}

describe('delivery to one receiver', () => {
  it('tries again, and counts what is lost', async () => {
    let calls = 0;
    const flaky = world({ a: () => Promise.resolve((calls += 1) < 3 ? LATER : TAKEN) });
    await flaky.spans.handle([stored('r2')]);
    await expect.poll(() => flaky.counts).toEqual({ 'a exported': 1 });
    expect(calls).toBe(3);
    const dead = world({ a: () => Promise.resolve(LATER) });
    await dead.spans.handle([stored('r2')]);
    await expect.poll(() => dead.counts).toEqual({ 'a failed': 1 });
    const broken = world({ a: () => Promise.reject(new Error('bug')) });
    await broken.spans.handle([stored('r2')]);
    await expect.poll(() => broken.counts).toEqual({ 'a failed': 1 });
  });

  it('gives up at once what the receiver refuses, in whole or in part', async () => {
    let calls = 0;
    const refusing = world({ a: () => Promise.resolve((calls += 1) > 0 ? { kind: 'refused', reason: 'http_400' } : TAKEN) });
    await refusing.spans.handle([stored('r2')]);
    await refusing.spans.drain();
    expect([refusing.counts, calls]).toEqual([{ 'a refused': 1 }, 1]);
    const partly = world({ a: () => Promise.resolve({ kind: 'taken', refused: 2 }) });
    await partly.spans.handle([stored('r2'), stored('r2'), stored('r2')]);
    await partly.spans.drain();
    expect(partly.counts['a refused']).toBeGreaterThanOrEqual(1);
    expect((partly.counts['a refused'] ?? 0) + (partly.counts['a exported'] ?? 0)).toBe(3);
  });

  it('drops and counts over its bound, batches in hand included, and never waits for the receiver', async () => {
    const stuck = world({ a: () => new Promise(() => undefined) }, { queueLimit: 3 });
    await stuck.spans.handle([stored('r2')]);
    await stuck.spans.handle(Array.from({ length: 10 }, () => stored('r2')));
    expect(stuck.counts).toEqual({ 'a queue_full': 8 });
    expect(stuck.spans.waiting()).toEqual({ a: 3 });
  });

  it('loses no span without a count, however the receiver behaves', async () => {
    const answer = fc.constantFrom<SendResult>(TAKEN, LATER, { kind: 'refused', reason: 'x' }, { kind: 'taken', refused: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 6 }),
        async (answers, batches) => {
          let at = 0;
          const { spans, counts } = world(
            { a: () => Promise.resolve(answers[at++ % answers.length] ?? TAKEN) },
            { queueLimit: 4, pausesMs: [0] },
          );
          for (const size of batches) await spans.handle(Array.from({ length: size }, () => stored('r2')));
          await spans.drain();
          const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
          expect(all).toBe(batches.reduce((sum, size) => sum + size, 0));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sends what waits when the process ends, and counts what it could not', async () => {
    const slow = world({ a: () => Promise.resolve(LATER) }, { pausesMs: [60_000] });
    await slow.spans.handle([stored('r2')]);
    await expect.poll(() => slow.spans.waiting()).toEqual({ a: 1 });
    await slow.spans.drain();
    expect(slow.counts).toEqual({ 'a failed': 1 });
  });
});

describe('several receivers', () => {
  it('each get their own, and one that is gone takes nothing from the others', async () => {
    const names: string[] = [];
    const { spans, counts } = world({
      gone: () => Promise.resolve(LATER),
      there: (batch) => {
        names.push(...batch.map(({ name }) => name));
        return Promise.resolve(TAKEN);
      },
    });
    await spans.handle([stored('r2'), stored('unknown')]);
    await spans.drain();
    expect(names).toEqual(['chat gpt-4o']);
    expect(counts).toEqual({ 'gone failed': 1, 'there exported': 1 });
  });

  it('count what one of them has no room for, while another takes it', async () => {
    const { spans, counts } = world({ stuck: () => new Promise(() => undefined), there: () => Promise.resolve(TAKEN) }, { queueLimit: 2 });
    for (let at = 0; at < 5; at += 1) {
      await spans.handle([stored('r2')]);
      await expect.poll(() => spans.waiting()['there']).toBe(0);
    }
    expect(counts).toEqual({ 'stuck queue_full': 3, 'there exported': 5 });
  });
});

describe('what is not sent', () => {
  it('are spans of traces that the caller does not record, unless they are wanted', async () => {
    const trace = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), parentSpanId: 'e'.repeat(16), sampled: false };
    const views = [
      requestView({ id: 'off', trace, predecessor: null }),
      requestView({ id: 'own', trace: { ...trace, parentSpanId: undefined! }, predecessor: null }),
    ];
    const parts = { reader: reader(views) };
    const parent = world({ a: () => Promise.resolve(TAKEN) }, parts);
    await parent.spans.handle([stored('off')]);
    await parent.spans.drain();
    expect(parent.counts).toEqual({ 'a unsampled': 1 });
    const always = world(
      {},
      {
        ...parts,
        destinations: [
          { view: { ...PLAIN_DESTINATION, stages: false, sampling: 'always', name: 'a' }, sender: { send: () => Promise.resolve(TAKEN) } },
        ],
      },
    );
    await always.spans.handle([stored('off')]);
    await always.spans.drain();
    expect(always.counts).toEqual({ 'a exported': 1 });
  });

  it('is what waits of somebody who is erased', async () => {
    const { spans, counts } = world({ a: () => Promise.resolve(LATER) }, { pausesMs: [60_000] });
    await spans.handle([stored('r2')]);
    await spans.handle([stored('r2')]);
    await spans.handle([{ type: 'SubjectErased', scope: { ...scope, tenant: 'other' }, principal: 'p' }]);
    expect(spans.waiting()).toEqual({ a: 2 });
    await spans.handle([{ type: 'SubjectErased', scope, principal: 'p' }]);
    expect(spans.waiting()).toEqual({ a: 0 });
    expect(counts).toEqual({ 'a erased': 2 });
  });
});

describe('a move', () => {
  const move = { from: 't_0', evidence: 'history', by: 'r9', at: '2026-01-01T00:05:00.000Z' } as const;

  it('is told once for each moved request that is still there', async () => {
    const sent: string[] = [];
    const views = [requestView({ id: 'r2', thread: 't_2', moves: [move] }), requestView({ id: 'r3', thread: 't_2' })];
    const { spans } = world(
      { a: (batch) => Promise.resolve((sent.push(...batch.map(({ name }) => name)), TAKEN)) },
      { reader: reader(views) },
    );
    await spans.handle([{ type: 'ThreadRelinked', scope, threadId: 't_0', into: 't_2', requestIds: ['r2', 'r3', 'gone'] }]);
    await spans.drain();
    expect(sent).toEqual(['clew.thread.relinked']);
  });
});
