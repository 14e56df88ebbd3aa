import { describe, expect, it } from 'vitest';
import { candidatesFor, type Features } from '../../../../../control-plane/src/threads/infer/features.ts';
import { Linker, SURE } from '../../../../../control-plane/src/threads/infer/linker.ts';
import { shippedWeights } from '../../../../../control-plane/src/threads/infer/weights.ts';
import { PrincipalState } from '../../../../../control-plane/src/threads/state.ts';
import { request, withVectors } from '../conversations.ts';

const MORNING = 1_700_000_000;
const RULE = { lead: { from: 0.1, to: 0.3 }, kin: { from: 0.3, to: 0.5 }, bonus: 2 };
const withRule = new Linker({ ...shippedWeights, returns: RULE });
const without = new Linker({ ...shippedWeights, returns: undefined });

/** Two threads, the newest ten minutes old, and a person whose answers are as long as today's assistants'. */
function twoThreads(): { readonly newest: Features; readonly older: Features } {
  const state = new PrincipalState();
  [
    ['a', 'How do I prune an apple tree?', 0],
    ['b', 'What is a good name for a blue boat?', 7200],
  ].forEach(([threadId, text, at]) => {
    const turn = withVectors(request(MORNING + Number(at), String(text), { answer: 'word '.repeat(300) }));
    state.add({ turn, threadId: String(threadId), sessionId: 's', position: 'first', placement: undefined });
  });
  const reader = { followUp: () => 0.5, projection: () => undefined };
  const [newest, older] = candidatesFor(withVectors(request(MORNING + 7800, 'When do the branches grow back?')), state, reader);
  if (newest === undefined || older === undefined) throw new Error('there are two threads');
  return { newest: { ...newest.features, answerLength: 2 }, older: { ...older.features, answerLength: 2 } };
}

describe('a return after minutes', () => {
  const { newest, older } = twoThreads();
  const clear = { newest: { ...newest, kinThread: 0.1, kinLead: -0.5 }, older: { ...older, kinThread: 0.6, kinLead: 0.5 } };

  it('is found where an older thread is about the matter and the newest is not', () => {
    expect(withRule.scoreOf(clear.newest)).toBeLessThan(without.scoreOf(clear.newest));
    expect(withRule.scoreOf(clear.older)).toBeCloseTo(without.scoreOf(clear.older) + RULE.bonus, 10);
  });

  it('is none where the newest thread is as close, or none is close', () => {
    for (const one of [newest, older, { ...newest, kinThread: 0.6, kinLead: 0.1 }, { ...older, kinThread: 0.2, kinLead: 0.4 }])
      expect(withRule.scoreOf(one)).toBe(without.scoreOf(one));
  });

  it('gains nothing in traffic that is not like that of real assistants', () => {
    const short = { ...clear.older, answerLength: 0 };
    expect(withRule.scoreOf(short)).toBe(without.scoreOf(short));
  });
});

describe('stated confidence', () => {
  const linker = new Linker({ ...shippedWeights, calibration: { ...shippedWeights.calibration, sureFrom: 0.9 } });

  it('calls a link sure only from where it holds for people who work in parallel, and keeps the order', () => {
    expect(linker.stated(0.899)).toBeLessThan(SURE);
    expect(linker.stated(0.9)).toBe(0.9);
    expect(linker.stated(0.6)).toBe(0.6);
    const steps = Array.from({ length: 101 }, (_, i) => linker.stated(i / 100));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });
});
