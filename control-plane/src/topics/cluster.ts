// Topics, online: each text gets a topic on arrival, the nearest that is near enough or a new one; from time to time the newest
// texts are looked at together, and topics merge, split or stay. The number of topics is not known beforehand.
// Deterministic: equal texts in equal order give equal topics.
import { createHash } from 'node:crypto';
import { applyPartition, type TopicChange, type TopicMove } from './apply.ts';
import { WordStatistics } from './label.ts';
import type { Lexicon } from './lexicon.ts';
import { partition, type Partition } from './partition.ts';
import { Topic, type RecentText } from './topic.ts';

export interface TopicAssignment {
  readonly id: string;
  /** At most four words that mark the topic off from the others. */
  readonly label: string;
}

/** A topic with the coarser one that it lies in. */
export interface TopicName extends TopicAssignment {
  /** Absent until the topic has been looked at together with the others. */
  readonly parent?: TopicAssignment;
  /** Cosine to the centroid from which a text belongs to it; absent until learned. */
  readonly joinAt?: number;
}

/** What is stored of a topic besides its texts. */
export interface TopicStanding {
  readonly id: string;
  readonly parent: string | undefined;
  readonly joinAt: number | undefined;
}

export interface TopicOptions {
  /** Cosine to the centroid from which a text belongs to a topic whose own radius is not learned yet. */
  readonly joinAt?: number;
  /** Seed of topic ids: tenant and environment. */
  readonly seed?: string;
  /** Upper bound of topics; then the nearest is joined however far. Keeps memory and time per request bounded. */
  readonly maxTopics?: number;
  /** How many of the newest texts are kept to be looked at together. */
  readonly reservoir?: number;
  /** What words mean; without it labels go by counts alone. */
  readonly lexicon?: Lexicon | undefined;
}

/** What changed when the newest texts were looked at together. */
export interface Consolidation {
  /** Single texts that are in another topic now. */
  readonly moves: readonly TopicMove[];
  /** Merges hold for all texts of a topic, those no longer in the reservoir too; apply them after the moves. */
  readonly changes: readonly TopicChange[];
}

/** Measured on the development set with `clew topics`; a lower value merges, a higher one splits. */
const JOIN_AT = 0.52;
const MAX_TOPICS = 2000;
const RESERVOIR = 5000;
/** Fewer texts show no topics. */
const FIRST_CONSOLIDATION = 256;
/** From so many topics founded since the last time on, it is time again before the texts have doubled. */
const MANY_FOUNDED = 256;

export class TopicClusters {
  readonly #topics = new Map<string, Topic>();
  readonly #recent: RecentText[] = [];
  /** Taken out while somebody may be looking at them together with others. */
  readonly #removed = new WeakSet<RecentText>();
  readonly #joinAt: number;
  readonly #seed: string;
  readonly #maxTopics: number;
  readonly #reservoir: number;
  readonly #lexicon: Lexicon | undefined;
  #seen = 0;
  #lastAt = 0;
  #founded = 0;
  #statistics: { readonly seen: number; readonly words: WordStatistics } | undefined;

  constructor(options: TopicOptions = {}) {
    this.#joinAt = options.joinAt ?? JOIN_AT;
    this.#seed = options.seed ?? '';
    this.#maxTopics = options.maxTopics ?? MAX_TOPICS;
    this.#reservoir = options.reservoir ?? RESERVOIR;
    this.#lexicon = options.lexicon;
  }

  get size(): number {
    return this.#topics.size;
  }

  /** Texts taken in so far. */
  get texts(): number {
    return this.#seen;
  }

  /**
   * Whether it is time to look at the newest texts together: the texts have doubled since, or many topics were founded and the
   * reservoir is all new. So the time for it, shared out over the texts, stays bounded.
   */
  get isDue(): boolean {
    const fresh = this.#seen - this.#lastAt;
    return fresh >= Math.max(FIRST_CONSOLIDATION, this.#lastAt) || (this.#founded >= MANY_FOUNDED && fresh >= this.#reservoir);
  }

  /** Takes a text in and says where it belongs. @param vector unit length */
  assign(id: string, vector: Float32Array, text: string): TopicAssignment {
    const { topic: nearest, cosine } = this.#nearest(vector);
    const near = nearest !== undefined && cosine >= (nearest.joinAt ?? this.#joinAt);
    const topic = nearest !== undefined && (near || this.#topics.size >= this.#maxTopics) ? nearest : this.#found(id);
    this.#add(topic, { id, vector, text });
    return { id: topic.id, label: this.label(topic.id) };
  }

  /** Puts a text back where it was assigned before. @param vector absent where it is not kept any more */
  restore(topicId: string, vector: Float32Array | undefined, text: string, id = ''): void {
    this.#add(this.#topics.get(topicId) ?? this.#open(topicId), { id, vector, text });
  }

  /** Takes a text out again that was assigned or restored before, as if it had never come. */
  remove(topicId: string, vector: Float32Array | undefined, text: string, id: string): void {
    const topic = this.#topics.get(topicId);
    if (!topic) return;
    topic.add(vector, text, -1);
    if (topic.size <= 0) this.#topics.delete(topicId);
    const at = this.#recent.findIndex((one) => one.id === id);
    for (const one of at < 0 ? [] : this.#recent.splice(at, 1)) this.#removed.add(one);
  }

  /**
   * To be called after the last `restore`: goes on from what is stored, as if there had been no restart; what is not stored is
   * learned anew. @param reviewedAt how many texts there were when they were looked at together last
   */
  restored(standings: readonly TopicStanding[] = [], reviewedAt?: number): void {
    for (const { id, parent, joinAt } of standings) {
      const topic = this.#topics.get(id);
      if (topic) Object.assign(topic, { parent, joinAt });
    }
    if (reviewedAt === undefined && this.#seen >= FIRST_CONSOLIDATION) this.#consolidated();
    this.#lastAt = Math.min(reviewedAt ?? this.#lastAt, this.#seen);
    this.#founded = this.#topics.values().reduce((count, { parent }) => count + (parent === undefined ? 1 : 0), 0);
  }

  /** The newest texts as they are now, to be looked at together, also elsewhere. */
  recent(): readonly RecentText[] {
    return [...this.#recent];
  }

  /** Looks at the newest texts together. Takes seconds for thousands: a server does this in a worker and calls `apply`. */
  consolidate(): Consolidation {
    const texts = this.recent();
    return this.apply(texts, partition(texts));
  }

  /** It did not work this time: it is time again after as many texts as if it had. */
  postpone(): void {
    this.#lastAt = this.#seen;
  }

  /** Takes over how texts, which `recent` gave before, were parted. Those that came since stay where they are. */
  apply(given: readonly RecentText[], parting: Partition): Consolidation {
    const left = given.map((text) => !this.#removed.has(text));
    const texts = given.filter((_, i) => left[i]);
    const parts = { topics: renumbered(parting.topics, left), parents: renumbered(parting.parents, left) };
    const changed = applyPartition(this.#topics, texts, parts, (kind, id) => this.#newId(kind, id, this.#seen));
    // Texts that came since may be in topics that went into others.
    const into = new Map(changed.changes.filter(({ kind }) => kind === 'merge').map(({ from, to }) => [from, this.#topics.get(to)]));
    for (const text of this.#recent) text.topic = into.get(text.topic.id) ?? text.topic;
    this.#consolidated();
    return changed;
  }

  /** To be awaited before `labels`, so that those go by what words mean and not by counts alone. */
  async learnWords(): Promise<void> {
    this.#statistics = undefined;
    const parents = [...Map.groupBy(this.#topics.values(), ({ parent }) => parent).values()];
    const named = [...this.#topics.values()].filter(({ vectors }) => vectors > 0);
    await this.#lexicon?.learn([...named.map((topic) => [topic]), ...parents].flatMap((topics) => this.#words().candidates(topics)));
    this.#statistics = undefined;
  }

  /** Every word of its texts, by stem and as it stood there. */
  *words(): Generator<string> {
    for (const { words } of this.#topics.values())
      for (const [stem, { forms }] of words) {
        yield stem;
        yield* forms.keys();
      }
  }

  /** All topics with their labels as they stand now. */
  labels(): readonly TopicName[] {
    this.#statistics = undefined;
    const children = Map.groupBy(this.#topics.values(), ({ parent }) => parent);
    const parents = new Map([...children].map(([parent, topics]) => [parent, this.#words().label(topics)]));
    return [...this.#topics.values()].map(({ id, parent, joinAt }) => {
      const name = { id, label: this.label(id), ...(joinAt !== undefined && { joinAt }) };
      return parent === undefined ? name : { ...name, parent: { id: parent, label: parents.get(parent) ?? '' } };
    });
  }

  /** The words of a topic as they stand now. Empty for an unknown id. */
  label(id: string): string {
    const topic = this.#topics.get(id);
    if (!topic) return '';
    const by = this.#words();
    if (topic.labelled?.by !== by || topic.size > topic.labelled.size * 1.1 || topic.size < topic.labelled.size) {
      topic.labelled = { by, size: topic.size, label: by.label([topic]) };
    }
    return topic.labelled.label;
  }

  /** Counted anew when the texts have grown by a tenth: the time for it, shared out over the texts, stays bounded. */
  #words(): WordStatistics {
    if (!this.#statistics || this.#seen > this.#statistics.seen * 1.1) {
      this.#statistics = { seen: this.#seen, words: new WordStatistics(this.#topics.values(), this.#lexicon) };
    }
    return this.#statistics.words;
  }

  #nearest(vector: Float32Array): { topic: Topic | undefined; cosine: number } {
    let topic: Topic | undefined;
    let cosine = -1;
    for (const candidate of this.#topics.values()) {
      const value = candidate.cosine(vector);
      if (value > cosine) [topic, cosine] = [candidate, value];
    }
    return { topic, cosine };
  }

  #found(id: string): Topic {
    this.#founded += 1;
    const made = this.#newId('tp', id);
    return this.#topics.get(made) ?? this.#open(made);
  }

  /**
   * The text's id names a topic, and what is made of older texts bears the time of its making too: an id that a topic lost
   * never comes back for another one.
   */
  #newId(kind: 'tp' | 'tg', id: string, made?: number): string {
    const seed = made === undefined ? `${this.#seed}\0${id}` : `${this.#seed}\0${id}\0${made}`;
    return `${kind}_${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
  }

  #open(id: string): Topic {
    const topic = new Topic(id);
    this.#topics.set(id, topic);
    return topic;
  }

  #add(topic: Topic, text: { id: string; vector: Float32Array | undefined; text: string }): void {
    topic.add(text.vector, text.text, 1);
    this.#seen += 1;
    if (!text.vector) return;
    this.#recent.push({ id: text.id, vector: text.vector, text: text.text, topic });
    // In blocks: moving all texts up by one for each new text would cost more than the text itself.
    if (this.#recent.length >= this.#reservoir * 1.1) this.#recent.splice(0, this.#recent.length - this.#reservoir);
  }

  /** How wide topics are is learned from the texts at hand. */
  #consolidated(): void {
    this.#lastAt = this.#seen;
    this.#founded = 0;
    this.#statistics = undefined;
    const cosines = new Map<Topic, number[]>();
    for (const { topic, vector } of this.#recent) {
      const list = cosines.get(topic) ?? [];
      list.push(topic.cosine(vector));
      cosines.set(topic, list);
    }
    for (const [topic, list] of cosines) topic.joinAt = radius(list, this.#joinAt);
  }
}

/** Groups of the texts that are left, numbered again by their first one. */
function renumbered(groups: Int32Array, left: readonly boolean[]): Int32Array {
  const numbers = new Map<number, number>();
  return groups
    .filter((_, i) => left[i])
    .map((group) => {
      const number = numbers.get(group) ?? numbers.size;
      numbers.set(group, number);
      return number;
    });
}

/** Few texts make a centroid that lies too near to each of them, so that what they show is believed only from some texts on. */
const LEAST_TEXTS = 5;
const NARROWEST = 0.1;

/** Nine of ten texts of the topic lie within it. */
function radius(cosines: readonly number[], otherwise: number): number {
  if (cosines.length < LEAST_TEXTS) return otherwise;
  const sorted = [...cosines].sort((a, b) => a - b);
  const tenth = sorted[Math.floor(sorted.length / 10)] ?? 0;
  return Math.min(otherwise + NARROWEST, Math.max(otherwise - NARROWEST, tenth));
}
