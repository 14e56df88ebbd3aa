// People whose answers nobody captured: that no thread shows an answer then says nothing of any of them.
import { describe, expect, it } from 'vitest';
import { Linker, realness } from '../../../../../control-plane/src/threads/infer/linker.ts';
import { unheardBy } from '../../../../../control-plane/src/threads/infer/pace.ts';
import { shippedWeights } from '../../../../../control-plane/src/threads/infer/weights.ts';
import { PrincipalState } from '../../../../../control-plane/src/threads/state.ts';
import { request, withVectors } from '../conversations.ts';

const MORNING = 1_700_000_000;
const SAID = ['How do I bake rye bread?', 'Write a poem about the sea.', 'How much flour does the bread need?', 'Make it rhyme.'];

/** Each request is the next of one of two threads; `heard` says which answers were captured. */
function stateOf(count: number, heard: (index: number) => boolean): PrincipalState {
  const state = new PrincipalState();
  for (let i = 0; i < count; i++) {
    const text = SAID[i % SAID.length] ?? '';
    const turn = withVectors(request(MORNING + i * 200, text, heard(i) ? { answer: `About this: ${text}` } : {}));
    state.add({ turn, threadId: `t${i % 2}`, sessionId: 's', position: 'first', placement: undefined });
  }
  return state;
}

describe('unheardBy', () => {
  it('is 0 where answers come, 1 where none ever does, and 0 before anything is known', () => {
    expect(unheardBy(stateOf(30, () => true).turns)).toBe(0);
    expect(unheardBy(stateOf(30, () => false).turns)).toBe(1);
    expect(unheardBy([])).toBe(0);
  });

  it('is 0 where every second answer is missing: then each thread shows whether it was answered', () => {
    expect(unheardBy(stateOf(30, (i) => i % 2 === 0).turns)).toBe(0);
  });

  it('forgets: once answers are captured they count again', () => {
    expect(unheardBy(stateOf(60, (i) => i < 30).turns)).toBe(1);
    expect(unheardBy(stateOf(60, (i) => i >= 30).turns)).toBe(0);
  });
});

describe('whether traffic is real', () => {
  const rules = { realTraffic: { from: 0.6, over: 0.4, prompts: { from: 0.4, over: 0.4 } } };
  const person = { answerLength: 0, promptLength: 2, unheard: 1 };

  it('is told by the length of prompts where answers go uncaptured, and only there', () => {
    expect(realness(person, rules)).toBe(1);
    expect(realness({ ...person, promptLength: 0.6 }, rules)).toBeCloseTo(0.5);
    expect(realness({ ...person, promptLength: 0.3 }, rules)).toBe(0);
    expect(realness({ ...person, unheard: 0.25 }, rules)).toBe(0.25);
    expect(realness({ ...person, unheard: 0 }, rules)).toBe(0);
  });

  it('is never told by prompts to weights that know nothing of them', () => {
    expect(realness(person, { realTraffic: { from: 0.6, over: 0.4 } })).toBe(0);
  });

  it('stays what long answers said of it', () => {
    expect(realness({ answerLength: 2, promptLength: 0, unheard: 1 }, rules)).toBe(1);
  });
});

describe('what is learned of such people', () => {
  const asked = withVectors(request(MORNING + 30 * 200, 'And how long does the bread rise?'));
  const scoresOf = (unheard: Readonly<Record<string, number>>, heard: boolean): number[] =>
    new Linker({ ...shippedWeights, unheard })
      .score(
        asked,
        stateOf(30, () => heard),
      )
      .map(({ score }) => score);

  it('changes nothing for others', () => {
    expect(scoresOf({ content: 5, older_gap: -1 }, true)).toEqual(scoresOf({}, true));
  });

  it('is added to their scores', () => {
    const plain = scoresOf({}, false);
    expect(plain.length).toBe(2);
    scoresOf({ content: 5 }, false).forEach((score, i) => expect(score).toBeCloseTo((plain[i] ?? NaN) + 5, 9));
  });

  it('is in their explanations', () => {
    const linker = new Linker({ ...shippedWeights, unheard: { content: 3, toPrompt: 2, older_gap: 0.5 } });
    const scored = linker.score(
      asked,
      stateOf(30, () => false),
    );
    expect(scored.length).toBe(2);
    for (const { score, explain } of scored) expect(explain().reduce((all, share) => all + share, 0)).toBeCloseTo(score, 9);
  });
});
