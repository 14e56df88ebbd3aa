// What is known of the topics of each scope, and how it is made anew from what is stored.
import { scopeKey, type Scope } from '../kernel/index.ts';
import { TopicClusters, type TopicName } from './cluster.ts';
import { Lexicon, type EmbedWords } from './lexicon.ts';
import type { TopicStore } from './ports.ts';

/** By model of the vectors. */
export type Clusters = Map<string, TopicClusters>;

export interface TopicMemoryParts {
  readonly store: TopicStore;
  /** Vectors of single words by a model; undefined where words may not be embedded by it, and labels then go by counts alone. */
  readonly wordsOf?: (model: string) => EmbedWords | undefined;
  /** Told when texts could not be looked at together; topics then stay as they are until it is time again. */
  readonly onFailure?: (error: unknown) => void;
}

/** Read at once: some 10 ms. */
const PAGE = 200;
/** For fewer texts it is not worth the seconds that learning words takes; their labels go by counts. */
const LEAST_TEXTS = 256;

export class TopicMemory {
  readonly #parts: TopicMemoryParts;
  readonly #states = new Map<string, Clusters>();
  readonly #lexicons = new Map<string, Lexicon | undefined>();

  constructor(parts: TopicMemoryParts) {
    this.#parts = parts;
  }

  known(scope: Scope): Clusters | undefined {
    return this.#states.get(scopeKey(scope));
  }

  forget(scope: Scope): void {
    this.#states.delete(scopeKey(scope));
  }

  /** Words that no text in memory holds. */
  forgetWords(): void {
    const held = new Set<string>();
    for (const clusters of this.#states.values()) for (const one of clusters.values()) for (const word of one.words()) held.add(word);
    for (const lexicon of this.#lexicons.values()) lexicon?.forgetBeside(held);
  }

  /** Those of a model, begun where there are none. */
  clustersOf(clusters: Clusters, scope: Scope, model: string): TopicClusters {
    if (!this.#lexicons.has(model)) {
      const embed = this.#parts.wordsOf?.(model);
      this.#lexicons.set(model, embed && new Lexicon(embed));
    }
    const known = clusters.get(model) ?? new TopicClusters({ seed: scopeKey(scope), lexicon: this.#lexicons.get(model) });
    clusters.set(model, known);
    return known;
  }

  /** Where texts are not kept any more, the label that was made from them stays; so it does where no model says what words mean. */
  async relabel(scope: Scope, all: Iterable<TopicClusters>): Promise<void> {
    const labels: TopicName[] = [];
    for (const one of all) {
      if (one.texts >= LEAST_TEXTS) await one.learnWords().catch((error: unknown) => this.#parts.onFailure?.(error));
      labels.push(...one.labels());
    }
    await this.#parts.store.relabel(scope, labels);
  }

  /** Made from what is stored, where it is not known: seconds for a hundred thousand texts, in which others get their turn. */
  async of(scope: Scope): Promise<Clusters> {
    const known = this.known(scope);
    if (known) return known;
    const { store } = this.#parts;
    const clusters: Clusters = new Map();
    for (let after = 0; ;) {
      const page = await store.placed(scope, after, PAGE);
      for (const { topicId, vector, text, model, requestId } of page) {
        this.clustersOf(clusters, scope, model).restore(topicId, vector, text, requestId);
      }
      after = page.at(-1)?.seq ?? after;
      if (page.length < PAGE) break;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const { topics, reviewedAt } = await store.standings(scope);
    for (const [model, one] of clusters) one.restored(topics, reviewedAt.get(model));
    this.#states.set(scopeKey(scope), clusters);
    await this.relabel(scope, clusters.values());
    return clusters;
  }
}
