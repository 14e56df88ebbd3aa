import type { Entry } from './entry.ts';
import { observePace, type PaceSample } from './pace-sample.ts';
import { rarityOf, totalRarity } from './text/rarity.ts';
import { describeAnswer, traitsOf, type AnswerTraits, type TextTraits } from './text/traits.ts';
import type { TurnInput } from './types.ts';

/** One user turn: the request that brought the message, and the newest answer of it or of its steps. */
export class TurnRecord {
  readonly entry: Entry;
  readonly pace: PaceSample;
  /** Place among all turns of the principal: differences count. */
  readonly ordinal: number;
  /** Time of the request or of its last step. */
  lastAt: number;
  /** Grows whenever an answer of it becomes known. */
  revision = 0;
  #prompt: TextTraits | undefined;
  #answer: string | undefined;
  #answerVector: Float32Array | undefined;
  #answerTraits: AnswerTraits | undefined;

  constructor(entry: Entry, previous: readonly TurnRecord[]) {
    this.entry = entry;
    this.ordinal = (previous[previous.length - 1]?.ordinal ?? -1) + 1;
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
    this.#prompt ??= traitsOf(this.entry.turn);
    return this.#prompt;
  }

  get answer(): AnswerTraits | undefined {
    if (this.#answer !== undefined) this.#answerTraits ??= describeAnswer(this.#answer);
    return this.#answerTraits;
  }

  /** The newest answer as text and vector. */
  get seen(): Pick<TurnInput, 'answer' | 'answerVector'> {
    return { answer: this.#answer, answerVector: this.#answerVector };
  }

  /** A step of the turn came: tool results, and perhaps the answer that the user saw in the end. */
  goOn(step: TurnInput): void {
    this.lastAt = step.at;
    this.revision++;
    this.#answerVector = step.answerVector ?? this.#answerVector;
    if (step.answer === undefined) return;
    this.#answer = step.answer;
    this.#answerTraits = undefined;
  }
}

/** A text's words with what sums over them need. */
export interface Words {
  readonly words: readonly string[];
  readonly rarities: readonly number[];
  /** The sum of all rarities. */
  readonly rarity: number;
}

export function wordsOf(traits: TextTraits): Words {
  const words = [...traits.words];
  return { words, rarities: words.map(rarityOf), rarity: totalRarity(traits.words) };
}
