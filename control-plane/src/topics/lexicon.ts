// What single words mean, by the model that made the texts' vectors: which words lie near a topic, and which plain noun lies nearest.
import { dot } from './kernel-matrix.ts';
import nouns from './weights/nouns.json' with { type: 'json' };

/** Vectors of single words, unit length; undefined where the model makes none. */
export type EmbedWords = (words: readonly string[]) => Promise<readonly (Float32Array | undefined)[]>;

/** Words beyond this many are not learned: what it takes in memory stays bounded. */
const MAX_LEARNED = 20_000;
const PAGE = 64;

const NOUNS: ReadonlySet<string> = new Set(nouns.words.split(' '));
/** Whether a topic may be called by the word although none of its texts holds it. */
export const isPlainNoun = (word: string): boolean => NOUNS.has(word);

export class Lexicon {
  readonly #embed: EmbedWords;
  readonly #learned = new Map<string, Float32Array>();
  readonly #nouns: { readonly word: string; readonly vector: Float32Array }[] = [];
  #mean = new Float32Array(0);

  constructor(embed: EmbedWords) {
    this.#embed = embed;
  }

  /** Learns words that are not known yet; the first time also the shipped nouns, which takes seconds. */
  async learn(words: readonly string[]): Promise<void> {
    if (this.#nouns.length === 0) await this.#learnNouns();
    const wanted = new Set(words);
    for (const { word, vector } of this.#nouns) if (wanted.has(word)) this.#learned.set(word, vector);
    const unknown = [...wanted].filter((word) => !this.#learned.has(word)).slice(0, MAX_LEARNED - this.#learned.size);
    for (const { word, vector } of await this.#vectorsOf(unknown)) this.#learned.set(word, this.#centred(vector));
  }

  /** Forgets all words but these: of what went, nothing stays; what is still there need not be learned again. */
  forgetBeside(held: ReadonlySet<string>): void {
    for (const word of this.#learned.keys()) if (!held.has(word)) this.#learned.delete(word);
  }

  /** How near a word lies to a direction of `towards`; undefined for a word that was not learned. */
  nearness(word: string, towards: Float32Array): number | undefined {
    const vector = this.#learned.get(word);
    return vector?.length === towards.length ? dot(vector, towards) : undefined;
  }

  /** The nearest of the nouns that pass. Time in proportion to their number. */
  nearestNoun(towards: Float32Array, passes: (word: string) => boolean): { readonly word: string; readonly cosine: number } | undefined {
    let best: { word: string; cosine: number } | undefined;
    for (const { word, vector } of this.#nouns) {
      if (vector.length !== towards.length) return undefined;
      const cosine = dot(vector, towards);
      if ((best === undefined || cosine > best.cosine) && passes(word)) best = { word, cosine };
    }
    return best;
  }

  async #learnNouns(): Promise<void> {
    const found = await this.#vectorsOf([...NOUNS]);
    const mean = new Float32Array(found[0]?.vector.length ?? 0);
    for (const { vector } of found) for (let d = 0; d < mean.length; d += 1) mean[d] = (mean[d] ?? 0) + (vector[d] ?? 0) / found.length;
    this.#mean = mean;
    this.#nouns.push(...found.map(({ word, vector }) => ({ word, vector: this.#centred(vector) })));
  }

  async #vectorsOf(words: readonly string[]): Promise<{ word: string; vector: Float32Array }[]> {
    const found: { word: string; vector: Float32Array }[] = [];
    for (let start = 0; start < words.length; start += PAGE) {
      const page = words.slice(start, start + PAGE);
      const vectors = await this.#embed(page);
      page.forEach((word, i) => {
        const vector = vectors[i];
        if (vector) found.push({ word, vector });
      });
    }
    return found;
  }

  #centred(vector: Float32Array): Float32Array {
    return direction(vector, this.#mean);
  }
}

/** Unit vector from `origin` to `point`. */
export function direction(point: Float32Array, origin: Float32Array): Float32Array {
  const moved = point.map((value, d) => value - (origin[d] ?? 0));
  const norm = Math.sqrt(dot(moved, moved)) || 1;
  return moved.map((value) => value / norm);
}
