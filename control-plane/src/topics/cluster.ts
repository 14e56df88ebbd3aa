// Topics, online: the first text of its kind founds a topic, later ones join the nearest topic that is near enough.
// The number of topics is not known beforehand. Pure and deterministic: equal texts in equal order give equal topics.
import { createHash } from 'node:crypto';
import { contentWords } from './words.ts';

export interface TopicAssignment {
  readonly id: string;
  /** At most four words that mark the topic off from the others. */
  readonly label: string;
}

interface Topic {
  readonly id: string;
  /** Sum of unit vectors; its direction is the centroid. */
  sum: Float32Array;
  norm: number;
  size: number;
  readonly words: Map<string, number>;
}

export interface TopicOptions {
  /** Cosine to the centroid from which a text belongs to a topic. */
  readonly joinAt?: number;
  /** Seed of topic ids: tenant and environment. */
  readonly seed?: string;
  /** Upper bound of topics; then the nearest is joined however far. Keeps memory and time per request bounded. */
  readonly maxTopics?: number;
}

/** Measured on the development set with `clew topics`; a lower value merges, a higher one splits. */
const JOIN_AT = 0.52;
const MAX_TOPICS = 2000;
const MAX_WORDS = 200;

export class TopicClusters {
  readonly #topics: Topic[] = [];
  readonly #byId = new Map<string, Topic>();
  readonly #documentFrequency = new Map<string, number>();
  readonly #joinAt: number;
  readonly #seed: string;
  readonly #maxTopics: number;

  constructor(options: TopicOptions = {}) {
    this.#joinAt = options.joinAt ?? JOIN_AT;
    this.#seed = options.seed ?? '';
    this.#maxTopics = options.maxTopics ?? MAX_TOPICS;
  }

  get size(): number {
    return this.#topics.length;
  }

  /** Takes a text in and says where it belongs. @param vector unit length */
  assign(id: string, vector: Float32Array, text: string): TopicAssignment {
    const { topic: nearest, cosine } = this.#nearest(vector);
    const join = nearest !== undefined && (cosine >= this.#joinAt || this.#topics.length >= this.#maxTopics);
    const topic = join ? nearest : this.#found(id);
    this.#add(topic, vector, text);
    return { id: topic.id, label: this.label(topic.id) };
  }

  /** Puts a text back where it was assigned before. @param vector absent where it is not kept any more */
  restore(topicId: string, vector: Float32Array | undefined, text: string): void {
    this.#add(this.#byId.get(topicId) ?? this.#open(topicId), vector, text);
  }

  /** All topics with their labels as they stand now. */
  labels(): readonly TopicAssignment[] {
    return this.#topics.map(({ id }) => ({ id, label: this.label(id) }));
  }

  /** The words of a topic as they stand now. Empty for an unknown id. */
  label(id: string): string {
    const topic = this.#byId.get(id);
    if (!topic) return '';
    return [...topic.words]
      .map(([word, count]) => ({
        word,
        score: (count / topic.size) * Math.log(1 + this.#topics.length / (this.#documentFrequency.get(word) ?? 1)),
      }))
      .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
      .slice(0, 4)
      .map(({ word }) => word)
      .join(' ');
  }

  #nearest(vector: Float32Array): { topic: Topic | undefined; cosine: number } {
    let topic: Topic | undefined;
    let cosine = -1;
    for (const candidate of this.#topics) {
      let dot = 0;
      for (let d = 0; d < vector.length; d += 1) dot += (candidate.sum[d] ?? 0) * (vector[d] ?? 0);
      const value = candidate.norm > 0 ? dot / candidate.norm : -1;
      if (value > cosine) [topic, cosine] = [candidate, value];
    }
    return { topic, cosine };
  }

  #found(id: string): Topic {
    return this.#open(`tp_${createHash('sha256').update(`${this.#seed}\0${id}`).digest('hex').slice(0, 16)}`);
  }

  #open(id: string): Topic {
    const topic: Topic = { id, sum: new Float32Array(0), norm: 0, size: 0, words: new Map() };
    this.#topics.push(topic);
    this.#byId.set(id, topic);
    return topic;
  }

  #add(topic: Topic, vector: Float32Array | undefined, text: string): void {
    if (vector) {
      if (topic.sum.length === 0) topic.sum = new Float32Array(vector.length);
      for (let d = 0; d < vector.length; d += 1) topic.sum[d] = (topic.sum[d] ?? 0) + (vector[d] ?? 0);
      topic.norm = Math.hypot(...topic.sum);
    }
    topic.size += 1;
    this.#count(topic, contentWords(text));
  }

  #count(topic: Topic, words: ReadonlySet<string>): void {
    for (const word of words) {
      const count = topic.words.get(word) ?? 0;
      if (count === 0) {
        if (topic.words.size >= MAX_WORDS) continue;
        this.#documentFrequency.set(word, (this.#documentFrequency.get(word) ?? 0) + 1);
      }
      topic.words.set(word, count + 1);
    }
  }
}
