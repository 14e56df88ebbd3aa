// One topic as it is kept in memory: where it lies, how wide it is, and how often which words occur.
import { dot, type TextPoint } from './kernel-matrix.ts';
import { contentWords, stem } from './words.ts';

/** Words of a topic beyond this many are not counted: its size in memory stays bounded. */
const MAX_WORDS = 400;

interface WordCount {
  texts: number;
  /** How often which form of the word stood there, for the label. */
  readonly forms: Map<string, number>;
}

/** One of the newest texts, kept to be looked at together with the others, and the topic it is in by now. */
export interface RecentText extends TextPoint {
  readonly id: string;
  topic: Topic;
}

export class Topic {
  readonly id: string;
  size = 0;
  /** The coarser topic it lies in; undefined until it has been looked at together with the others. */
  parent: string | undefined;
  /** Cosine to the centroid from which a new text belongs here; undefined until learned. */
  joinAt: number | undefined;
  readonly words = new Map<string, WordCount>();
  /** Texts with a vector, and the sum of those. */
  vectors = 0;
  sum = new Float32Array(0);
  /** The label as it was last made, and from how much: making it for each text would cost more than the text. */
  labelled: { readonly by: object; readonly size: number; readonly label: string } | undefined;
  #norm = 0;

  constructor(id: string) {
    this.id = id;
  }

  cosine(vector: Float32Array): number {
    return this.#norm > 0 ? dot(this.sum, vector) / this.#norm : -1;
  }

  /** @param sign 1 takes a text in, −1 takes it out again */
  add(vector: Float32Array | undefined, text: string, sign: 1 | -1): void {
    this.size += sign;
    if (vector) {
      this.vectors += sign;
      if (this.sum.length === 0) this.sum = new Float32Array(vector.length);
      for (let d = 0; d < vector.length; d += 1) this.sum[d] = (this.sum[d] ?? 0) + sign * (vector[d] ?? 0);
      this.#norm = Math.sqrt(dot(this.sum, this.sum));
    }
    for (const [word, form] of stemmed(text)) this.#count(word, form, sign);
  }

  /** Takes in all of another topic. */
  absorb(other: Topic): void {
    this.size += other.size;
    this.vectors += other.vectors;
    if (this.sum.length === 0) this.sum = other.sum.slice();
    else for (let d = 0; d < other.sum.length; d += 1) this.sum[d] = (this.sum[d] ?? 0) + (other.sum[d] ?? 0);
    this.#norm = Math.sqrt(dot(this.sum, this.sum));
    for (const [word, { texts, forms }] of other.words) {
      const own = this.#wordCount(word);
      if (!own) continue;
      own.texts += texts;
      for (const [form, count] of forms) own.forms.set(form, (own.forms.get(form) ?? 0) + count);
    }
  }

  #count(word: string, form: string, sign: 1 | -1): void {
    const count = sign > 0 ? this.#wordCount(word) : this.words.get(word);
    if (!count) return;
    count.texts += sign;
    const left = (count.forms.get(form) ?? 0) + sign;
    if (left > 0) count.forms.set(form, left);
    else count.forms.delete(form);
    if (count.texts <= 0) this.words.delete(word);
  }

  #wordCount(word: string): WordCount | undefined {
    const known = this.words.get(word);
    if (known || this.words.size >= MAX_WORDS) return known;
    const count: WordCount = { texts: 0, forms: new Map() };
    this.words.set(word, count);
    return count;
  }
}

/** Each stem of a text once, with the first form it has there. */
function stemmed(text: string): ReadonlyMap<string, string> {
  const stems = new Map<string, string>();
  for (const form of contentWords(text)) {
    const word = stem(form);
    if (!stems.has(word)) stems.set(word, form);
  }
  return stems;
}
