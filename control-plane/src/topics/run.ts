// A whole set of texts through the online clustering, and the topics as they stand at the end.
import { TopicClusters, type TopicName, type TopicOptions } from './cluster.ts';

export class TopicRun {
  readonly #clusters: TopicClusters;
  readonly #topicOf = new Map<string, string>();
  readonly #into = new Map<string, string>();

  constructor(options: TopicOptions = {}) {
    this.#clusters = new TopicClusters(options);
  }

  /** @param id unique within the run  @param vector unit length */
  add(id: string, vector: Float32Array, text: string): void {
    this.#topicOf.set(id, this.#clusters.assign(id, vector, text).id);
    if (this.#clusters.isDue) this.#consolidate();
  }

  /** Looks at the newest texts together once more, then names the topic of each text. */
  async finish(): Promise<ReadonlyMap<string, TopicName>> {
    this.#consolidate();
    await this.#clusters.learnWords();
    const names = new Map(this.#clusters.labels().map((name) => [name.id, name]));
    const result = new Map<string, TopicName>();
    for (const [id, topic] of this.#topicOf) {
      const name = names.get(this.#current(topic));
      if (name) result.set(id, name);
    }
    return result;
  }

  #consolidate(): void {
    const { moves, changes } = this.#clusters.consolidate();
    for (const { id, to } of moves) this.#topicOf.set(id, to);
    for (const { kind, from, to } of changes) if (kind === 'merge') this.#into.set(from, to);
  }

  #current(topic: string): string {
    let id = topic;
    for (let next = this.#into.get(id); next !== undefined; next = this.#into.get(id)) id = next;
    return id;
  }
}
