// How close a request lies to a thread where turns of one conversation lie together (see projection.ts).
import type { TurnRecord } from '../record.ts';
import { lastOf } from '../state.ts';
import type { TurnInput } from '../types.ts';
import { dot } from '../vector.ts';
import type { Projection } from './projection.ts';

const ANSWERS = 6;
const DECAY = 0.85;
const CLOSEST = 3;

/** Cosines, 0 where a vector is missing. */
export interface Kinship {
  readonly kinPrompt: number;
  readonly kinAnswer: number;
  /** The closest prompt or answer, and the mean of the three closest. */
  readonly kinBest: number;
  readonly kinClosest: number;
  /** The thread's prompts, and these with its answers, older ones weighing less. */
  readonly kinPrompts: number;
  readonly kinThread: number;
}

export const NO_KINSHIP: Kinship = { kinPrompt: 0, kinAnswer: 0, kinBest: 0, kinClosest: 0, kinPrompts: 0, kinThread: 0 };

export function kinshipOf({ vector }: TurnInput, tail: readonly TurnRecord[], projection: Projection | undefined): Kinship {
  if (vector === undefined || projection === undefined) return NO_KINSHIP;
  const request = projection.of(vector, 'prompt');
  const { prompts, answers, middleOfPrompts, middle } = projection.known(tail, () => matterOf(tail, request.length, projection));
  const values = [...prompts, ...answers].flatMap((other) => (other === undefined ? [] : [dot(request, other)])).sort((a, b) => b - a);
  if (values.length === 0) return NO_KINSHIP;
  const closest = values.slice(0, CLOSEST);
  const toward = (other: Float32Array | undefined): number => (other === undefined ? 0 : dot(request, other));
  return {
    kinPrompt: toward(lastOf(prompts)),
    kinAnswer: toward(lastOf(answers)),
    kinBest: values[0] ?? 0,
    kinClosest: closest.reduce((sum, value) => sum + value, 0) / closest.length,
    kinPrompts: toward(middleOfPrompts),
    kinThread: toward(middle),
  };
}

/** What a thread's newest turns are about. Vectors of unit length, undefined where one is missing. */
export interface Matter {
  readonly prompts: readonly (Float32Array | undefined)[];
  readonly answers: readonly (Float32Array | undefined)[];
  /** Older ones weigh less. */
  readonly middleOfPrompts: Float32Array;
  readonly middle: Float32Array;
}

function matterOf(tail: readonly TurnRecord[], size: number, projection: Projection): Matter {
  const read = (vector: Float32Array | undefined, kind: 'prompt' | 'answer'): Float32Array | undefined => {
    const projected = vector === undefined ? undefined : projection.of(vector, kind);
    return projected?.length === size ? projected : undefined;
  };
  const prompts = tail.map((record) => read(record.vector, 'prompt'));
  const answers = tail.map((record, i) => (i < tail.length - ANSWERS ? undefined : read(record.answerVector, 'answer')));
  const middleOfPrompts = new Float32Array(size);
  const middle = new Float32Array(size);
  tail.forEach((_, i) => {
    fade(middleOfPrompts, prompts[i]);
    fade(middle, prompts[i], answers[i]);
  });
  return { prompts, answers, middleOfPrompts: unit(middleOfPrompts), middle: unit(middle) };
}

function fade(sum: Float32Array, a: Float32Array | undefined, b?: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) * DECAY + (a?.[i] ?? 0) + (b?.[i] ?? 0);
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((x) => x / length);
}
