import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidatesFor, type Features } from '../../../../../control-plane/src/threads/infer/features.ts';
import { Linker } from '../../../../../control-plane/src/threads/infer/linker.ts';
import { Sum } from '../../../../../control-plane/src/threads/infer/sum.ts';
import { CONTENT_TERMS, TIME_TERMS, type Term } from '../../../../../control-plane/src/threads/infer/terms.ts';
import { shippedWeights } from '../../../../../control-plane/src/threads/infer/weights.ts';
import { PrincipalState } from '../../../../../control-plane/src/threads/state.ts';
import { request, withVectors } from '../conversations.ts';

const MORNING = 1_700_000_000;
const DIGITS = 9;

function someFeatures(): Features {
  const state = new PrincipalState();
  const earlier = withVectors(request(MORNING, 'How do I bake rye bread?'));
  state.add({ turn: earlier, threadId: 't', sessionId: 's', position: 'first', placement: undefined });
  const reader = { followUp: () => 0.5, projection: () => undefined };
  const [candidate] = candidatesFor(withVectors(request(MORNING + 600, 'And how long does it take?')), state, reader);
  if (candidate === undefined) throw new Error('there is a thread to go on with');
  return candidate.features;
}

/** Candidates of any rank, with any numbers. */
const anyFeatures = (): fc.Arbitrary<Features> => {
  const { cues, ...numbers } = someFeatures();
  const value = fc.double({ min: -3, max: 12, noNaN: true });
  const record = <T extends object>(like: T): fc.Arbitrary<T> =>
    fc.record(Object.fromEntries(Object.keys(like).map((name) => [name, value]))) as unknown as fc.Arbitrary<T>;
  return fc
    .tuple(record(numbers), record(cues), fc.integer({ min: 0, max: 6 }))
    .map(([some, said, rank]) => ({ ...some, cues: said, rank }));
};

const added = (terms: readonly Term[], by: Readonly<Record<string, number>>, features: Features): number =>
  terms.reduce((total, { name, value }) => total + (by[name] ?? 0) * value(features), 0);

describe('a sum', () => {
  const { time, timeAlone, content, means } = shippedWeights;

  it.for([
    ['time', TIME_TERMS, time],
    ['time alone', TIME_TERMS, timeAlone],
    ['content', CONTENT_TERMS, content],
  ] as const)('of %s is that of its terms, and so are its shares', ([, terms, by]) => {
    const sum = new Sum(terms, by, means);
    fc.assert(
      fc.property(anyFeatures(), (features) => {
        const total = added(terms, by, features);
        expect(sum.totalOf(features)).toBeCloseTo(total, DIGITS);
        expect(sum.sharesOf(features).reduce((all, share) => all + share, 0)).toBeCloseTo(total, DIGITS);
      }),
    );
  });

  it('has a weight for no term that does not exist', () => {
    const known = new Set([...TIME_TERMS, ...CONTENT_TERMS].map(({ name }) => name));
    const { unheard = {} } = shippedWeights;
    expect([time, timeAlone, content, unheard].flatMap((by) => Object.keys(by)).filter((name) => !known.has(name))).toEqual([]);
  });
});

it('explains each score whole: its shares add up to it', () => {
  const linker = new Linker(shippedWeights);
  const state = new PrincipalState();
  const said = ['How do I bake rye bread?', 'Write a poem about the sea.', 'How much flour does the bread need?', 'Make it rhyme.'];
  let explained = 0;
  said.forEach((text, i) => {
    const turn = withVectors(request(MORNING + i * 240, text, { answer: 'word '.repeat(i * 200) }));
    for (const { score, explain } of linker.score(turn, state)) {
      explained++;
      expect(explain().reduce((all, share) => all + share, 0)).toBeCloseTo(score, DIGITS);
    }
    state.add({ turn, threadId: `t${i % 2}`, sessionId: 's', position: 'first', placement: undefined });
  });
  expect(explained).toBe(5);
});
