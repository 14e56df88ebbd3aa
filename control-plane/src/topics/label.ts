// What a topic is called: words that are frequent in it, rare elsewhere and near to what its texts mean, and where nothing telling is
// left the plain noun that lies nearest.
import { direction, isPlainNoun, type Lexicon } from './lexicon.ts';
import { isPlain } from './stop-words.ts';
import type { Topic } from './topic.ts';
import { singulars, stem } from './words.ts';

const LABEL_WORDS = 4;
/** Only so many words of a topic are compared by meaning. */
const CANDIDATES = 24;
/** Rarer words of a topic say more about one text than about the topic. */
const LEAST_SHARE = 0.12;
/** What is believed of a topic before its own texts speak is what its parent's texts say, as if that were so many texts more. */
const PARENT_TEXTS = 12;
/** Above 1 words of many of the topic's texts come before rare ones that are its own. */
const SHARE_POWER = 1.3;
const PLAIN_WEIGHT = 0.5;
/** How much nearness in meaning counts, and what is taken for a word whose meaning is not known. */
const NEARNESS = 2;
const USUAL_NEARNESS = 0.3;
/** A noun takes the last place where it lies this near and says more than the word that had it. */
const NEAR_NOUN = 0.4;
const NOUN_WEIGHT = 1.3;
/** A form that this share of the word's texts has is shown rather than a longer one. */
const SHOWN_FORM = 0.35;

interface Counts {
  size: number;
  readonly texts: Map<string, number>;
}
interface Candidate {
  readonly word: string;
  readonly form: string;
  readonly score: number;
}

/** How often which word occurs over all topics, and where their texts lie, as it was when this was made. */
export class WordStatistics {
  readonly #topics = new Map<string, number>();
  readonly #parents = new Map<string, Counts>();
  readonly #lexicon: Lexicon | undefined;
  readonly #mean: Float32Array;
  #size = 0;

  constructor(topics: Iterable<Topic>, lexicon?: Lexicon) {
    this.#lexicon = lexicon;
    const all = [...topics];
    for (const topic of all) {
      this.#size += 1;
      for (const [word, { texts }] of topic.words) {
        if (texts >= LEAST_SHARE * topic.size) this.#topics.set(word, (this.#topics.get(word) ?? 0) + 1);
      }
      if (topic.parent === undefined) continue;
      const counts = this.#parents.get(topic.parent) ?? { size: 0, texts: new Map<string, number>() };
      this.#parents.set(topic.parent, counts);
      addTo(counts, topic);
    }
    this.#mean = meanOf(all);
  }

  /** At most four words, the most telling first; empty where no text is kept. Of several topics: what they have in common. */
  label(topics: readonly Topic[]): string {
    const towards = this.#lexicon ? direction(meanOf(topics), this.#mean) : undefined;
    const ranked = this.#candidates(topics)
      .map((one) => ({ ...one, score: one.score * this.#meaning(one.form, towards) }))
      .sort(byScore);
    const words = ranked.slice(0, LABEL_WORDS);
    const noun = towards && ranked.length > 0 ? this.#noun(words, towards) : undefined;
    return (noun === undefined ? words.map(({ form }) => form) : [...words.slice(0, LABEL_WORDS - 1).map(({ form }) => form), noun]).join(
      ' ',
    );
  }

  /** Words whose meaning a label of the topics needs. */
  candidates(topics: readonly Topic[]): readonly string[] {
    return this.#candidates(topics).map(({ form }) => form);
  }

  #candidates(topics: readonly Topic[]): readonly Candidate[] {
    const own: Counts = { size: 0, texts: new Map() };
    for (const topic of topics) addTo(own, topic);
    const parent = topics.length === 1 ? this.#parents.get(topics[0]?.parent ?? '') : undefined;
    return [...own.texts]
      .map(([word, texts]) => ({ word, score: this.#score(word, texts, own.size, parent) }))
      .sort(byScore)
      .slice(0, CANDIDATES)
      .map(({ word, score }) => {
        const form = shownForm(topics, word);
        return { word, form, score: score * (isPlain(form) ? PLAIN_WEIGHT : 1) };
      });
  }

  /** Class-based tf-idf: share of the topic's texts that hold the word, times how few topics it is at home in. */
  #score(word: string, texts: number, size: number, parent: Counts | undefined): number {
    const prior = parent ? (PARENT_TEXTS * (parent.texts.get(word) ?? 0)) / parent.size : 0;
    const share = (texts + prior) / (size + (parent ? PARENT_TEXTS : 0));
    return share ** SHARE_POWER * Math.log(1 + this.#size / (1 + (this.#topics.get(word) ?? 0)));
  }

  #meaning(form: string, towards: Float32Array | undefined): number {
    return towards ? Math.exp(NEARNESS * (this.#lexicon?.nearness(form, towards) ?? USUAL_NEARNESS)) : 1;
  }

  #noun(words: readonly Candidate[], towards: Float32Array): string | undefined {
    const kept = new Set(words.slice(0, LABEL_WORDS - 1).map(({ word }) => word));
    const found = this.#lexicon?.nearestNoun(towards, (word) => !kept.has(stem(word)));
    if (found === undefined || found.cosine < NEAR_NOUN) return undefined;
    return NOUN_WEIGHT * found.cosine > (words[LABEL_WORDS - 1]?.score ?? 0) ? found.word : undefined;
  }
}

const byScore = (a: { word: string; score: number }, b: { word: string; score: number }): number =>
  b.score - a.score || (a.word < b.word ? -1 : 1);

function addTo(counts: Counts, topic: Topic): void {
  counts.size += topic.size;
  for (const [word, { texts }] of topic.words) counts.texts.set(word, (counts.texts.get(word) ?? 0) + texts);
}

/** Mean of the texts' vectors; of no length where there are none. */
function meanOf(topics: readonly Topic[]): Float32Array {
  let [sum, count] = [new Float32Array(0), 0];
  for (const topic of topics) {
    if (topic.vectors <= 0) continue;
    if (sum.length === 0) sum = new Float32Array(topic.sum.length);
    for (let d = 0; d < sum.length; d += 1) sum[d] = (sum[d] ?? 0) + (topic.sum[d] ?? 0);
    count += topic.vectors;
  }
  return sum.map((value) => value / Math.max(1, count));
}

/** The shortest of the frequent forms; of equally short ones the more frequent, then the first by letter. Nouns in the singular. */
function shownForm(topics: readonly Topic[], word: string): string {
  const forms = new Map<string, number>();
  for (const topic of topics)
    for (const [form, count] of topic.words.get(word)?.forms ?? []) forms.set(form, (forms.get(form) ?? 0) + count);
  const all = [...forms.values()].reduce((sum, count) => sum + count, 0);
  const [best] = [...forms]
    .filter(([, count]) => count >= SHOWN_FORM * all || count === Math.max(...forms.values()))
    .sort(([a, n], [b, m]) => a.length - b.length || m - n || (a < b ? -1 : 1));
  const form = best?.[0] ?? word;
  // Only of the same stem: whether enough people used a word is asked by stem.
  return singulars(form).find((one) => isPlainNoun(one) && stem(one) === stem(form)) ?? form;
}
