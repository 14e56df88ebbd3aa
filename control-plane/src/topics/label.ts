// What a topic is called: the words that are frequent in it and rare elsewhere.
import type { Topic } from './topic.ts';

const LABEL_WORDS = 4;
/** Rarer words of a topic say more about one text than about the topic. */
const LEAST_SHARE = 0.08;

/** What is believed of a topic before its own texts speak is what its parent's texts say, as if that were so many texts more. */
const PARENT_TEXTS = 4;
/** Above 1 words of many of the topic's texts come before rare ones that are its own. */
const SHARE_POWER = 1.3;

interface Counts {
  size: number;
  readonly texts: Map<string, number>;
}

/** How often which word occurs over all topics, as it was when this was made. */
export class WordStatistics {
  readonly #topics = new Map<string, number>();
  readonly #parents = new Map<string, Counts>();
  #size = 0;

  constructor(topics: Iterable<Topic>) {
    for (const topic of topics) {
      this.#size += 1;
      for (const [word, { texts }] of topic.words) {
        if (texts >= LEAST_SHARE * topic.size) this.#topics.set(word, (this.#topics.get(word) ?? 0) + 1);
      }
      if (topic.parent === undefined) continue;
      const counts = this.#parents.get(topic.parent) ?? { size: 0, texts: new Map<string, number>() };
      this.#parents.set(topic.parent, counts);
      addTo(counts, topic);
    }
  }

  /** At most four words, the most telling first; empty where no text is kept. Of several topics: what they have in common. */
  label(topics: readonly Topic[]): string {
    const own: Counts = { size: 0, texts: new Map() };
    for (const topic of topics) addTo(own, topic);
    const parent = topics.length === 1 ? this.#parents.get(topics[0]?.parent ?? '') : undefined;
    return [...own.texts]
      .map(([word, texts]) => ({ word, score: this.#score(word, texts, own.size, parent) }))
      .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
      .slice(0, LABEL_WORDS)
      .map(({ word }) => shownForm(topics, word))
      .join(' ');
  }

  /** Class-based tf-idf: share of the topic's texts that hold the word, times how few topics it is at home in. */
  #score(word: string, texts: number, size: number, parent: Counts | undefined): number {
    const prior = parent ? (PARENT_TEXTS * (parent.texts.get(word) ?? 0)) / parent.size : 0;
    const share = (texts + prior) / (size + (parent ? PARENT_TEXTS : 0));
    return share ** SHARE_POWER * Math.log(1 + this.#size / (1 + (this.#topics.get(word) ?? 0)));
  }
}

function addTo(counts: Counts, topic: Topic): void {
  counts.size += topic.size;
  for (const [word, { texts }] of topic.words) counts.texts.set(word, (counts.texts.get(word) ?? 0) + texts);
}

/** The most frequent form; of equally frequent ones the shorter, then the first by letter. */
function shownForm(topics: readonly Topic[], word: string): string {
  const forms = new Map<string, number>();
  for (const topic of topics)
    for (const [form, count] of topic.words.get(word)?.forms ?? []) forms.set(form, (forms.get(form) ?? 0) + count);
  const [best] = [...forms].sort(([a, n], [b, m]) => m - n || a.length - b.length || (a < b ? -1 : 1));
  return best?.[0] ?? word;
}
