// How close a request lies to a thread where turns of one conversation lie together (see projection.ts).
import { lastOf } from '../last.ts';
import type { TurnRecord } from '../record.ts';
import type { Language } from '../text/language.ts';
import type { TurnInput } from '../types.ts';
import { dot } from '../vector.ts';
import { besides, fair, type Background } from './background.ts';
import type { Matter, Projection } from './projection.ts';

const ANSWERS = 6;
const DECAY = 0.85;

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

export function measureKinship(
  into: { -readonly [Name in keyof Kinship]: number },
  { vector }: TurnInput,
  language: Language | undefined,
  tail: readonly TurnRecord[],
  projection: Projection | undefined,
  background: Background | undefined,
): void {
  if (vector === undefined || projection === undefined) return;
  const request = projection.of(vector, 'prompt');
  const { prompts, answers, middleOfPrompts, middle } = projection.known(tail, () => matterOf(tail, request.length, projection));
  const usual = besides(language, background);
  const closest = new Closest();
  let [kinPrompt, kinAnswer] = [0, 0];
  for (let i = 0; i < tail.length; i++) {
    const prompt = prompts[i];
    const answer = answers[i];
    const read = usual && tail[i];
    kinPrompt = prompt === undefined ? 0 : closest.see(fair(dot(request, prompt), language, read?.prompt.language, usual));
    kinAnswer = answer === undefined ? 0 : closest.see(fair(dot(request, answer), language, read?.answer?.language, usual));
  }
  if (closest.count === 0) return;
  const spoken = usual && lastOf(tail)?.prompt.language;
  into.kinPrompt = kinPrompt;
  into.kinAnswer = kinAnswer;
  into.kinBest = closest.first;
  into.kinClosest = closest.mean;
  into.kinPrompts = fair(dot(request, middleOfPrompts), language, spoken, usual);
  into.kinThread = fair(dot(request, middle), language, spoken, usual);
}

/** The three highest of the cosines that it saw. */
class Closest {
  count = 0;
  first = -Infinity;
  #second = -Infinity;
  #third = -Infinity;

  see(value: number): number {
    this.count++;
    if (value > this.#second) {
      this.#third = this.#second;
      this.#second = Math.min(value, this.first);
      this.first = Math.max(value, this.first);
    } else if (value > this.#third) this.#third = value;
    return value;
  }

  get mean(): number {
    if (this.count >= 3) return (this.first + this.#second + this.#third) / 3;
    return this.count === 2 ? (this.first + this.#second) / 2 : this.first;
  }
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

function fade(sum: Float32Array, a: Float32Array = NOTHING, b: Float32Array = NOTHING): void {
  if (a.length === 0 || b.length === 0) {
    const one = a.length === 0 ? b : a;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) * DECAY + (one[i] ?? 0);
  } else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) * DECAY + (a[i] ?? 0) + (b[i] ?? 0);
}
const NOTHING = new Float32Array();

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((x) => x / length);
}
