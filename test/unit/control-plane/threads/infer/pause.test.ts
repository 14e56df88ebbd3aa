// Nobody types a question in a second: what no conversation of training shows must not be made up from those that it does show.
import { describe, expect, it } from 'vitest';
import { Linker } from '../../../../../control-plane/src/threads/infer/linker.ts';
import { shippedWeights } from '../../../../../control-plane/src/threads/infer/weights.ts';
import { PrincipalState } from '../../../../../control-plane/src/threads/state.ts';
import { request, withVectors } from '../conversations.ts';

const NOON = 1_700_000_000;

function logGapAfter(seconds: number): number {
  const state = new PrincipalState();
  const turn = withVectors(request(NOON, 'How do I bake rye bread?', { answer: 'With rye flour, water, salt and a sourdough.' }));
  state.add({ turn, threadId: 't', sessionId: 's', position: 'first', placement: undefined });
  const scored = new Linker(shippedWeights).score(withVectors(request(NOON + seconds, 'How long does it rise?')), state);
  return scored[0]?.features.logGap ?? NaN;
}

describe('a pause', () => {
  it('counts as ten seconds where it is shorter', () => {
    for (const seconds of [0, 0.2, 3, 9.9]) expect(logGapAfter(seconds)).toBe(logGapAfter(10));
    expect(logGapAfter(11)).toBeGreaterThan(logGapAfter(10));
  });
});
