import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPANION_KEYS, type CompanionOutcome } from '../../../../plugin/src/contract/index.ts';
import { AnswerCopy, applyDecision, offerOutcome, offerRequest, readDecision } from '../../../../plugin/trial-gateway/companion.ts';
import type { LuaValue } from '../../../../plugin/trial-gateway/protocol/lua-value.ts';
import { exchangeWith } from './exchange-fixture.ts';

describe('the companion', () => {
  it('offers the whole request with joined headers', () => {
    const exchange = exchangeWith('{"a":1}');
    offerRequest(exchange);
    expect(exchange.shared.get(COMPANION_KEYS.request)).toMatchObject({
      v: 1,
      method: 'POST',
      path: '/v1/x',
      headers: { 'x-two': '1, 2' },
      body: Buffer.from('{"a":1}'),
      body_bytes: 7,
      body_truncated: false,
      started_ms: 1000,
    });
  });

  it('leaves an empty body out', () => {
    const exchange = exchangeWith('');
    offerRequest(exchange);
    expect(exchange.shared.get(COMPANION_KEYS.request)).not.toHaveProperty('body');
  });

  it('applies a decision, also one whose empty tables came as lists', () => {
    const exchange = exchangeWith('');
    exchange.shared.set(COMPANION_KEYS.decision, {
      v: 1,
      run_id: 'r',
      set_headers: { 'X-A': '1' },
      clear_headers: ['Baggage'],
      response_headers: [],
      capture_answer: true,
    });
    expect(applyDecision(exchange)).toBe(true);
    expect([...exchange.upstream.setHeaders, ...exchange.upstream.clearHeaders]).toEqual([['x-a', '1'], 'baggage']);
    expect(exchange.exit).toBeUndefined();
  });

  it('copies nothing without a decision', () => {
    const exchange = exchangeWith('');
    expect(applyDecision(exchange)).toBe(false);
    offerOutcome(exchange, undefined);
    const outcome = exchange.shared.get(COMPANION_KEYS.outcome) as unknown as CompanionOutcome;
    expect(outcome).not.toHaveProperty('run_id');
    expect(outcome).not.toHaveProperty('body');
    expect(outcome.body_truncated).toBe(true);
  });

  it('survives whatever a plugin leaves as its decision', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record({
            v: fc.constant(1),
            run_id: fc.string(),
            set_headers: fc.anything(),
            clear_headers: fc.anything(),
            exit: fc.anything(),
          }),
        ),
        (value) => {
          const exchange = exchangeWith('');
          exchange.shared.set(COMPANION_KEYS.decision, value as LuaValue);
          expect(() => applyDecision(exchange)).not.toThrow();
          const decision = readDecision(exchange);
          if (decision !== undefined) expect(decision.clear_headers.every((name) => typeof name === 'string')).toBe(true);
        },
      ),
    );
  });

  it('copies exactly the first bytes of an answer, up to the cap', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 }), fc.nat(200), (chunks, cap) => {
        const copy = new AnswerCopy(cap);
        for (const chunk of chunks) copy.add(chunk);
        const all = Buffer.concat(chunks);
        expect(Buffer.from(copy.take()).equals(all.subarray(0, cap))).toBe(true);
        expect(copy.isTruncated).toBe(all.length > cap);
      }),
    );
  });
});
