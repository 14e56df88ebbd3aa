import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '#contract';
import { createRedactor } from '#redact';
import { costOf } from '../../../../control-plane/src/ingest/index.ts';
import { cutBatches } from '../../../../control-plane/src/ingest/cut-batches.ts';
import { isolate } from '../../../../control-plane/src/ingest/isolate.ts';
import { createLane } from '../../../../control-plane/src/ingest/lane.ts';
import { sanitize } from '../../../../control-plane/src/ingest/sanitize.ts';
import { createDoorbell } from '../../../../control-plane/src/kernel/index.ts';

const base: Sample = { version: 1, id: 'x', startedAt: '2026-01-01T00:00:00Z' };

describe('isolate', () => {
  it('loses exactly the bad items and keeps the order of the others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(), fc.boolean())), async (items) => {
        const work = (batch: readonly [number, boolean][]) =>
          batch.some(([, isBad]) => isBad) ? Promise.reject(new Error('bad')) : Promise.resolve(batch);
        const { done, failed } = await isolate(items, work);
        expect(done).toEqual(items.filter(([, isBad]) => !isBad));
        expect(failed.map(({ item }) => item)).toEqual(items.filter(([, isBad]) => isBad));
      }),
    );
  });
});

describe('cutBatches', () => {
  it('keeps every row in order and no batch of several over the bound', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 })), (sizes) => {
        const rows = sizes.map((size, index) => ({ index, sealed: new Uint8Array(size) }));
        const batches = cutBatches(rows, 50);
        expect(batches.flat()).toEqual(rows);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.reduce((sum, { sealed }) => sum + sealed.length, 0)).toBeLessThanOrEqual(50);
        }
        expect(cutBatches([{ sealed: new Uint8Array(99) }], 50)).toHaveLength(1);
      }),
    );
  });
});

describe('lanes and bells', () => {
  it('runs tasks in order, one at a time, whatever fails', async () => {
    const lane = createLane(1);
    const seen: string[] = [];
    const task =
      (name: string, isBad = false) =>
      async () => {
        seen.push(`${name}+`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        seen.push(`${name}-`);
        if (isBad) throw new Error(name);
      };
    const results = await Promise.allSettled([lane(task('a')), lane(task('b', true)), lane(task('c'))]);
    expect(seen).toEqual(['a+', 'a-', 'b+', 'b-', 'c+', 'c-']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('runs as many tasks at a time as it is wide, begun in order', async () => {
    const lane = createLane(2);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const task = (index: number) => async () => {
      begun.push(index);
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 5 - index));
      running -= 1;
      if (index === 1) throw new Error('one fails');
    };
    const first = [0, 1, 2].map((index) => lane(task(index)).catch(() => undefined));
    await first[0];
    // Comes while others wait: it must not overtake them.
    await Promise.all([...first, lane(task(3)), lane(task(4))]);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
  });

  it('does not lose a ring that comes before the wait', async () => {
    const bell = createDoorbell();
    bell.ring();
    const started = performance.now();
    await bell.wait(5_000);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('costOf', () => {
  const prices = [
    { model: 'gpt-4o', inputPerMillion: 2, outputPerMillion: 10 },
    { model: 'gpt-4o-mini', inputPerMillion: 0.1, outputPerMillion: 0.5 },
  ];
  const cost = (executed: string | undefined, usage: Sample['usage']) =>
    costOf({ ...base, ...(usage && { usage }), ...(executed !== undefined && { model: { executed, evidence: 'response_body' } }) }, prices);
  const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };

  it.each([
    ['gpt-4o', 12],
    ['gpt-4o-2024-08-06', 12],
    ['gpt-4o-mini', 0.6],
    ['gpt-4o-mini-2024-07-18', 0.6],
    ['gpt-4o-audio-preview', null],
    ['gpt-4', null],
  ])('prices %s', (model, expected) => {
    expect(cost(model, million)).toBe(expected);
  });

  it('counts cached input by its own prices, never twice, and as other input where there are none', () => {
    const cached = { model: 'cached', inputPerMillion: 3, outputPerMillion: 15, cacheReadPerMillion: 0.3, cacheWritePerMillion: 3.75 };
    const usage = {
      inputTokens: 1_000_000,
      cacheReadTokens: 600_000,
      cacheWriteTokens: 100_000,
      outputTokens: 200_000,
      reasoningTokens: 150_000,
    };
    const of = (model: string, given: Sample['usage']) =>
      costOf({ ...base, usage: given!, model: { executed: model, evidence: 'response_body' } }, [...prices, cached]);
    // 0.3 M at 3, 0.6 M at 0.3, 0.1 M at 3.75, 0.2 M at 15: reasoning is among the output.
    expect(of('cached', usage)).toBeCloseTo(0.9 + 0.18 + 0.375 + 3, 9);
    expect(of('gpt-4o', usage)).toBeCloseTo(2 + 2, 9);
    // A provider that states more cached tokens than input gets no discount beyond its input.
    expect(of('cached', { inputTokens: 100, cacheReadTokens: 1e9, cacheWriteTokens: 1e9 })).toBeCloseTo(100 * 0.3e-6, 12);
  });

  it('takes what the provider stated, and knows no cost without tokens or model', () => {
    expect(cost('gpt-4o', { costUsd: 0.25 })).toBe(0.25);
    expect(cost('gpt-4o', { ...million, costUsd: 1e308 })).toBe(12);
    expect(cost('gpt-4o', undefined)).toBeNull();
    expect(cost('gpt-4o', {})).toBeNull();
    expect(cost(undefined, million)).toBeNull();
  });
});

describe('sanitize', () => {
  const key = new Uint8Array(32).fill(7);
  const redactor = createRedactor();
  const EMAIL = 'aurelia@example.com';

  it('leaves no planted address anywhere in a sample but prompt and answer', () => {
    const part = { digest: 'a'.repeat(64), length: 1, name: EMAIL, source: EMAIL, role: EMAIL };
    const dirty: Sample = {
      ...base,
      correlationId: EMAIL,
      session: { id: EMAIL, source: EMAIL },
      principal: { id: EMAIL, source: EMAIL, trust: 'asserted' },
      call: { responseId: EMAIL, previousResponseId: EMAIL },
      gateway: { kind: 'kong', instance: EMAIL, route: EMAIL, service: EMAIL, consumer: EMAIL },
      provider: EMAIL,
      model: { requested: EMAIL, executed: EMAIL, fingerprint: EMAIL, evidence: 'unknown' },
      parameters: { user: EMAIL, stop: [EMAIL] },
      status: { outcome: 'ok', finishReason: EMAIL },
      error: { type: EMAIL, code: EMAIL },
      guardrails: [{ name: EMAIL, verdict: 'pass' }],
      redaction: { counts: { [EMAIL]: 1, EMAIL_ADDRESS: 2 }, rules: EMAIL },
      composition: {
        instructions: [part],
        tools: [part],
        context: [part],
        responseFormat: part,
        input: part,
        output: part,
        variant: EMAIL,
        attempts: [{ model: EMAIL, reason: EMAIL }],
      },
    };
    const clean = sanitize(dirty, redactor, key);
    expect(JSON.stringify(clean)).not.toContain(EMAIL);
    expect(clean.redaction?.counts).toEqual({ EMAIL_ADDRESS: 2 });
  });

  it('keeps identifiers apart and equal ones equal', () => {
    const idOf = (id: string) => sanitize({ ...base, session: { id, source: 'header:x' } }, redactor, key).session?.id;
    expect(idOf(EMAIL)).toBe(idOf(EMAIL));
    expect(idOf(EMAIL)).not.toBe(idOf('berta@example.com'));
    expect(idOf('plain-session-1')).toBe('plain-session-1');
  });
});
