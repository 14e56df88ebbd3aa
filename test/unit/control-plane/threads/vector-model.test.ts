// Vectors of different models in one store: they are never compared, and what cannot be compared is linked by evidence and time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  linkerFor,
  PrincipalThreads,
  shippedLinker,
  type PlacedTurn,
  type TurnInput,
} from '../../../../control-plane/src/threads/index.ts';

const MODELS = ['minilm-l6-v2-int8@1', 'minilm-static-256@1', 'openai/some:c1'] as const;
const T0 = 1_772_000_000;

function unit(seed: number, dimensions = 8): Float32Array {
  const raw = Float32Array.from({ length: dimensions }, (_, d) => Math.sin(seed * 7.3 + d * 1.7 + 0.3));
  return raw.map((value) => value / Math.hypot(...raw));
}

const turn = (id: string, at: number, seed: number, model: string | undefined): TurnInput => ({
  id,
  at: T0 + at,
  inferable: true,
  text: `Text of ${id} about ${['bread', 'trains', 'otters'][seed % 3] ?? ''}`,
  vector: unit(seed),
  answerVector: unit(seed + 1),
  ...(model === undefined ? {} : { vectorModel: model }),
});

const withoutVector = (one: TurnInput): TurnInput => ({ ...one, vector: undefined, answerVector: undefined });
const arbitraryTurns = fc.array(
  fc.record({ gap: fc.integer({ min: 1, max: 4_000 }), seed: fc.integer({ min: 0, max: 9 }), model: fc.constantFrom(...MODELS) }),
  { minLength: 2, maxLength: 25 },
);

describe('vectors of several models', () => {
  it('count for nothing but where they are of the model in force: the same as if they were not there', () => {
    fc.assert(
      fc.property(arbitraryTurns, fc.constantFrom(...MODELS), fc.integer({ min: 0, max: 25 }), (given, inForce, restored) => {
        let at = 0;
        const turns = given.map(({ gap, seed, model }, n) => turn(`r${n}`, (at += gap), seed, model));
        const bare = turns.map((one) => (one.vectorModel === inForce ? one : withoutVector(one)));
        const options = { threadIdSeed: 'seed', vectorModel: inForce };
        const place = (list: readonly TurnInput[]) => {
          const first = new PrincipalThreads(options);
          const past: PlacedTurn[] = [];
          for (const one of list.slice(0, restored)) {
            const { threadId, sessionId, position, method, predecessorId } = first.place(one);
            past.push({ turn: one, threadId, sessionId, position, method, predecessorId });
          }
          const threads = PrincipalThreads.restore(past, options);
          return list.slice(restored).map((one) => threads.place(one));
        };
        const [mixed, alone] = [place(turns), place(bare)];
        expect(mixed).toEqual(alone);
        for (const { confidence, similarity, alternatives } of mixed) {
          for (const value of [confidence, similarity ?? 0, ...alternatives.map(({ probability }) => probability)]) {
            expect(Number.isFinite(value)).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('have no similarity across models, though they point the same way', () => {
    const threads = new PrincipalThreads({ threadIdSeed: 'seed', vectorModel: MODELS[0] });
    threads.place(turn('a', 0, 3, MODELS[0]));
    const other = threads.place(turn('b', 60, 3, MODELS[1]));
    expect(other.similarity).toBeUndefined();
    expect(other.predecessorId).toBe('a');
    expect(threads.place(turn('c', 120, 3, MODELS[0])).similarity).toBeUndefined();
    expect(threads.place(turn('d', 150, 3, MODELS[0])).similarity).toBeCloseTo(1, 4);
  });

  it('are weighed by what was fitted on their model', () => {
    const [local, words, hosted] = MODELS.map((model) => linkerFor(model).id);
    expect(local).toBe(shippedLinker.id);
    expect(new Set([local, words, hosted]).size).toBe(3);
    expect(linkerFor('cohere/embed-v4:c1').id).toBe(hosted);
    expect(linkerFor(undefined).id).toBe(local);
  });

  it('do not change what is wanted of a request where the small models cannot read them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom('Fix this function please', 'How tall is it?', 'No, that is wrong'),
        (seed, text) => {
          const intentWith = (vector: Float32Array | undefined, model: string): string =>
            new PrincipalThreads({ threadIdSeed: 's', vectorModel: model }).place({
              id: 'x',
              at: T0,
              inferable: true,
              text,
              vector,
              vectorModel: model,
            }).intent;
          // As long as the local model's, from another one.
          expect(intentWith(unit(seed, 384), MODELS[2])).toBe(intentWith(undefined, MODELS[2]));
        },
      ),
      { numRuns: 40 },
    );
  });
});
