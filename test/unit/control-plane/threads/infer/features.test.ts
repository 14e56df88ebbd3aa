import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidatesFor, type Reader } from '../../../../../control-plane/src/threads/infer/features.ts';
import { Projection } from '../../../../../control-plane/src/threads/infer/projection.ts';
import { shippedWeights } from '../../../../../control-plane/src/threads/infer/weights.ts';
import { PrincipalState } from '../../../../../control-plane/src/threads/state.ts';
import { plainFeatures } from '../../../../support/plain-features.ts';
import { request } from '../conversations.ts';

const SIZE = shippedWeights.projection?.from ?? 0;
const projection = shippedWeights.projection && new Projection(shippedWeights.projection);
const BACKGROUND = { en: 0.1, de: 0.3, nl: 0.4, fr: 0.4, es: 0.5, it: 0.4, pt: 0.4, cyrillic: 0.5, chinese: 0.5, japanese: 0.5 };
const BACKGROUNDS = { cosine: BACKGROUND, kin: BACKGROUND };
const reader: Reader = { followUp: (_, { cues }) => cues.pronouns / 4, projection: () => projection, backgrounds: BACKGROUNDS };

const word = fc.constantFrom(
  ...'what is the price of it he she they why not Paris invoice 4711 getUser() thanks no my and yes please Anna? mehr warum. rye bread nicht der waarom het что это'.split(
    ' ',
  ),
);
const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
const vector = fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1), fc.double({ min: 0.1, max: 1, noNaN: true })).map(([first, second, share]) => {
  const one = new Float32Array(SIZE);
  one[first] = share;
  one[second] = (one[second] ?? 0) + Math.sqrt(1 - share * share);
  const length = Math.hypot(...one);
  return one.map((x) => x / length);
});
const turn = fc.record({
  text,
  answer: fc.option(text, { nil: undefined }),
  vector: fc.option(vector, { nil: undefined, freq: 9 }),
  answerVector: fc.option(vector, { nil: undefined }),
  pause: fc.constantFrom(0, 4, 40, 400, 4000, 40_000),
  thread: fc.nat(5),
  step: fc.boolean(),
});

describe('candidatesFor', () => {
  it('measures what is defined, to the last bit, however much of it was known from earlier requests', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 2, maxLength: 40 }), (turns) => {
        const state = new PrincipalState();
        let at = 1_700_000_000;
        for (const { pause, thread, step, ...said } of turns) {
          at += pause;
          const now = request(at, said.text, said);
          expect(candidatesFor(now, state, reader).map(({ features }) => features)).toEqual(plainFeatures(now, state, reader));
          const call = step ? { call: { kind: 'step' as const } } : {};
          state.add({ turn: { ...now, ...call }, threadId: `t${thread}`, sessionId: 's', position: 'first', placement: undefined });
        }
      }),
      { numRuns: 60 },
    );
  });
});
