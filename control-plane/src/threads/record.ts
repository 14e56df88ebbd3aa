import { observePace, type PaceSample } from './infer/pace.ts';
import type { Entry } from './state.ts';
import { totalRarity } from './text/rarity.ts';
import { describeText, type TextTraits } from './text/traits.ts';
import type { TurnInput } from './types.ts';

/** One user turn: the request that brought the message, and the newest answer of it or of its steps. */
export class TurnRecord {
  readonly entry: Entry;
  readonly pace: PaceSample;
  /** Time of the request or of its last step. */
  lastAt: number;
  #answer: string | undefined;
  #answerVector: Float32Array | undefined;
  #prompt: TextTraits | undefined;
  #answerTraits: TextTraits | undefined;

  constructor(entry: Entry, previous: readonly TurnRecord[]) {
    this.entry = entry;
    this.lastAt = entry.turn.at;
    this.#answer = entry.turn.answer;
    this.#answerVector = entry.turn.answerVector;
    this.pace = observePace(entry.turn, previous);
  }

  get at(): number {
    return this.entry.turn.at;
  }

  get vector(): Float32Array | undefined {
    return this.entry.turn.vector;
  }

  get answerVector(): Float32Array | undefined {
    return this.#answerVector;
  }

  get prompt(): TextTraits {
    this.#prompt ??= describeText(this.entry.turn.text);
    return this.#prompt;
  }

  get answer(): TextTraits | undefined {
    if (this.#answer !== undefined) this.#answerTraits ??= describeText(this.#answer);
    return this.#answerTraits;
  }

  /** The newest answer as text and vector. */
  get seen(): Pick<TurnInput, 'answer' | 'answerVector'> {
    return { answer: this.#answer, answerVector: this.#answerVector };
  }

  /** A step of the turn came: tool results, and perhaps the answer that the user saw in the end. */
  goOn(step: TurnInput): void {
    this.lastAt = step.at;
    this.#answerVector = step.answerVector ?? this.#answerVector;
    if (step.answer === undefined) return;
    this.#answer = step.answer;
    this.#answerTraits = undefined;
  }
}

/** A text's traits with what sums over its words need. */
export interface Words {
  readonly words: ReadonlySet<string>;
  readonly rarity: number;
}

export const wordsOf = (traits: TextTraits): Words => ({ words: traits.words, rarity: totalRarity(traits.words) });
