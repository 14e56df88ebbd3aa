// The work of a move, piece by piece. What each piece did stands in the store when it ends.
import type { Embedder, VectorItem, Vectors } from '../ingest/index.ts';
import type { AuditEntry, Clock, Logger } from '../kernel/index.ts';
import type { Chunk, EmbeddingStore } from './ports.ts';
import type { Move } from './types.ts';

export interface StepParts {
  readonly store: EmbeddingStore;
  /** Vectors outside the store, which stores the same; `removeModel` forgets all vectors of a model. */
  readonly outside?: (Pick<Vectors, 'upsert' | 'removePrincipal'> & { removeModel(model: string): Promise<void> }) | undefined;
  /** The embedder of a model id. Throws where the model cannot be had; then the move waits. */
  readonly open: (model: string) => Promise<Embedder>;
  /** Runs the work while no request is on its way into the store. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** The store has switched; from now on the embedder of this model serves. */
  readonly switched: (embedder: Embedder) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Vectors that are embedded together, in one call of a hosted model. */
const CHUNK = 64;
/** So often the bracket is left again where something came meanwhile: a model that hangs must not hold up what is stored. */
const PATIENCE = 20;
const REMOVE = 500;

/** @param tell tells the audit log of the switch */
export class MoveSteps {
  readonly #parts: StepParts;
  readonly #tell: (actor: string, details: AuditEntry['details']) => Promise<void>;
  /** How often requests came between the last chunk and the switch. */
  #interruptions = 0;

  constructor(parts: StepParts, tell: (actor: string, details: AuditEntry['details']) => Promise<void>) {
    this.#parts = parts;
    this.#tell = tell;
  }

  /** One chunk, the switch, or one batch of removals. False when nothing is left. */
  async next(): Promise<boolean> {
    const { store, open, exclusively } = this.#parts;
    const move = await store.move();
    if (move === undefined) return false;
    if (move.switchedAtMs !== null) return this.#remove(move);
    const embedder = await open(move.target);
    const chunk = await store.next(CHUNK);
    if (!chunk.isEnd || chunk.pending.length > 0) await this.#takeOver(chunk, embedder);
    else await exclusively(() => this.#finish(embedder));
    return true;
  }

  async #takeOver(chunk: Chunk, embedder: Embedder): Promise<void> {
    const { store, outside } = this.#parts;
    const withText = chunk.pending.filter((one): one is typeof one & { readonly text: string } => isText(one.text));
    const vectors = withText.length === 0 ? [] : await embedder.embed(withText.map(({ text }) => text));
    if (vectors.length !== withText.length) throw new Error('The embedder answered fewer vectors than texts');
    const items = withText.map(({ scope, id, kind, principal, threadId, atMs }, index): VectorItem => {
      const vector = vectors[index];
      if (vector === undefined) throw new Error('The embedder answered fewer vectors than texts');
      return { scope, id, kind, principal, threadId, atMs, model: embedder.modelId, vector };
    });
    // Outside first: what stands in the store is not looked at again.
    if (items.length > 0) await outside?.upsert(items);
    const leftOut = await store.take(items, chunk);
    // Erased or expired meanwhile, and with it all that the person had said before.
    for (const { scope, principal, atMs } of leftOut) if (principal !== null) await outside?.removePrincipal(scope, principal, atMs);
  }

  /** While nothing is being stored. */
  async #finish(embedder: Embedder): Promise<void> {
    const { store, switched, clock, logger } = this.#parts;
    for (;;) {
      const chunk = await store.next(CHUNK);
      if (chunk.pending.length === 0 && chunk.isEnd) break;
      this.#interruptions += 1;
      if (this.#interruptions <= PATIENCE) return;
      await this.#takeOver(chunk, embedder);
    }
    this.#interruptions = 0;
    await store.switchOver(clock.nowMs());
    await switched(embedder);
    const move = await store.move();
    const told = {
      state: 'switched',
      before: move?.source ?? null,
      after: embedder.modelId,
      moved: move?.moved ?? 0,
      lost: move?.lost ?? 0,
    };
    await this.#tell('system', told);
    logger.info('reembed_switched', { from: move?.source, to: move?.target, moved: move?.moved, lost: move?.lost });
  }

  async #remove(move: Move): Promise<boolean> {
    const { store, outside, logger } = this.#parts;
    const removed = await store.removeOthers(REMOVE);
    if (removed > 0) return true;
    await outside?.removeModel(move.source);
    await store.finish();
    logger.info('reembed_finished', { from: move.source, to: move.target, moved: move.moved, lost: move.lost });
    return false;
  }
}

const isText = (text: string | null): text is string => text !== null && text.trim() !== '';
