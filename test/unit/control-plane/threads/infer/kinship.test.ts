import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../../control-plane/src/threads/entry.ts';
import { measureKinship, NO_KINSHIP, type Kinship } from '../../../../../control-plane/src/threads/infer/kinship.ts';
import { Projection } from '../../../../../control-plane/src/threads/infer/projection.ts';
import { TurnRecord } from '../../../../../control-plane/src/threads/record.ts';
import { request } from '../conversations.ts';

/** Keeps the second and third of four numbers; an average answer has 1 as its third. */
const cells = Buffer.from(Int8Array.from([0, 100, 0, 0, 0, 0, 50, 0]).buffer).toString('base64');
const WEIGHTS = { from: 4, scales: [0.01, 0.02], cells, prompt: [0, 0], answer: [0, 1] };

const turn = (vector: readonly number[] | undefined, answer?: readonly number[]) => ({
  ...request(1_700_000_000, 'what about it'),
  ...(vector !== undefined && { vector: Float32Array.from(vector) }),
  ...(answer !== undefined && { answerVector: Float32Array.from(answer) }),
});
type Turn = ReturnType<typeof turn>;
const recordOf = (...vectors: Parameters<typeof turn>): TurnRecord =>
  new TurnRecord({ turn: turn(...vectors), threadId: 't', kind: 'turn' } as Entry, []);

describe('Projection', () => {
  it('maps to unit length and takes away what is average for the kind of text', () => {
    const projection = new Projection(WEIGHTS);
    const vector = Float32Array.from([0.8, 0.6, 0, 0]);
    expect([...projection.of(vector, 'prompt')]).toEqual([1, 0]);
    const [first, second] = projection.of(vector, 'answer');
    expect(first).toBeCloseTo(0.6 / Math.hypot(0.6, 1), 5);
    expect(second).toBeCloseTo(-1 / Math.hypot(0.6, 1), 5);
  });

  it('maps a vector without anything to keep to zeros, not to what is no number', () => {
    expect([...new Projection(WEIGHTS).of(Float32Array.from([1, 0, 0, 0]), 'prompt')]).toEqual([0, 0]);
  });

  it('leaves vectors of another model as they are', () => {
    const other = Float32Array.from([1, 0]);
    expect(new Projection(WEIGHTS).of(other, 'prompt')).toBe(other);
  });
});

function kinshipOf(...[request, tail, projection]: [Turn, readonly TurnRecord[], Projection | undefined]): Kinship {
  const kinship = { ...NO_KINSHIP };
  measureKinship(kinship, request, undefined, tail, projection, undefined);
  return kinship;
}

describe('measureKinship', () => {
  it('finds a thread about the same matter close though its embeddings differ', () => {
    const kinship = kinshipOf(turn([0.9, 0.43, 0, 0]), [recordOf([-0.9, 0.43, 0, 0])], new Projection(WEIGHTS));
    expect(kinship.kinPrompt).toBeCloseTo(1, 5);
    expect(kinship.kinThread).toBeCloseTo(1, 5);
  });

  it('looks at prompts and answers, the closest of which counts most', () => {
    const tail = [recordOf([0, 1, 0, 0]), recordOf([0, 0, 1, 0], [0, 1, 1, 0])];
    const kinship = kinshipOf(turn([0, 1, 0, 0]), tail, new Projection(WEIGHTS));
    expect(kinship).toMatchObject({ kinPrompt: 0, kinBest: 1 });
    expect(kinship.kinAnswer).toBeCloseTo(1, 5);
    expect(kinship.kinPrompts).toBeLessThan(kinship.kinThread);
  });

  it.each([
    ['the request has no vector', turn(undefined), [recordOf([0, 1, 0, 0])]],
    ['no turn has one', turn([0, 1, 0, 0]), [recordOf(undefined)]],
    ['the thread has turns of another model only', turn([0, 1, 0, 0]), [recordOf([0, 1, 0])]],
  ])('says nothing where %s', (_, one, tail) => {
    const { kinPrompt, kinBest, kinThread } = kinshipOf(one, tail, new Projection(WEIGHTS));
    expect([kinPrompt, kinBest, kinThread]).toEqual([0, 0, 0]);
  });

  it('reads the newest answer anew when a step of an agent brought another', () => {
    const projection = new Projection(WEIGHTS);
    const record = recordOf([0, 0, 1, 0], [0, 0, 1, 0]);
    const before = kinshipOf(turn([0, 1, 0, 0]), [record], projection);
    record.goOn(turn(undefined, [0, 1, 1, 0]));
    expect(kinshipOf(turn([0, 1, 0, 0]), [record], projection).kinAnswer).toBeGreaterThan(before.kinAnswer + 0.5);
  });
});
