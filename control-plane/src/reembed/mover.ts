// Moves the store's vectors to another model, in the background, while the old ones serve:
//
//   read a chunk → embed → store beside the old ones (and outside) → … → [caught up] → switch → remove the old ones
//
// In the bracket no request is being stored, so that the last ones are taken over and the switch falls between two batches
// of the pipeline: each is wholly of one model. How far the move is stands in the store; a process that dies goes on where
// the last transaction ended. What is away (a hosted model, an outside store) is waited for.
import { ClewError, errorFields, type AuditEntry, type AuditTrail, type Clock, type Logger, type Scope } from '../kernel/index.ts';
import type { Embedder, VectorItem, Vectors } from '../ingest/index.ts';
import type { Chunk, EmbeddingStore } from './ports.ts';
import type { EmbeddingView, Move, MoveView } from './types.ts';

export interface MoverParts {
  readonly store: EmbeddingStore;
  /** Vectors outside the store, which stores the same; `removeModel` forgets all vectors of a model. */
  readonly outside?: (Pick<Vectors, 'upsert' | 'removePrincipal'> & { removeModel(model: string): Promise<void> }) | undefined;
  /** The embedder of a model id. Throws where the model cannot be had; then the move waits. */
  readonly open: (model: string) => Promise<Embedder>;
  /** Runs the work while no request is on its way into the store. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** The store has switched; from now on the embedder of this model serves. */
  readonly switched: (embedder: Embedder) => Promise<void>;
  /** Told of the beginning, the switch and the end of a move; `scope` is whose log tells of the installation as a whole. */
  readonly audit: AuditTrail;
  readonly scope: Scope;
  readonly clock: Clock;
  readonly logger: Logger;
  /** First pause after a failure; it doubles up to a minute. */
  readonly pauseMs?: number;
}

export interface Mover {
  /** Goes on with a move that a process before began. */
  start(): void;
  /** Begins one, or goes on with one to the same model; nothing where that is in force. Throws conflict where another is on. */
  begin(target: string, actor?: string): Promise<void>;
  cancel(actor?: string): Promise<void>;
  view(): Promise<EmbeddingView>;
  /** Settles when nothing is left to do, or when the mover was stopped. */
  idle(): Promise<void>;
  /** Ends after the chunk at hand. */
  stop(): Promise<void>;
}

/** Vectors that are embedded together, in one call of a hosted model. */
const CHUNK = 64;
/** So often the bracket is left again where something came meanwhile: a model that hangs must not hold up what is stored. */
const PATIENCE = 20;
const REMOVE = 500;
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

export function createMover(parts: MoverParts): Mover {
  const { store, clock, logger } = parts;
  let loop: Promise<void> | undefined;
  let isStopped = false;
  let reason: string | null = null;
  let wake: (() => void) | undefined;
  /** How often requests came between the last chunk and the switch. */
  let interruptions = 0;

  const tell = (actor: string, details: AuditEntry['details']): Promise<void> =>
    parts.audit.append({ scope: parts.scope, kind: 'reembedding', actor, details });

  async function run(): Promise<void> {
    for (let pause = parts.pauseMs ?? PAUSE_MS; !isStopped;) {
      try {
        if (!(await step())) return;
        pause = parts.pauseMs ?? PAUSE_MS;
        reason = null;
        // Live traffic first: the pipeline and readers get their turn after each chunk.
        await new Promise((resolve) => setImmediate(resolve));
      } catch (error) {
        reason = error instanceof ClewError ? error.message : 'an unexpected fault; the log says which';
        logger.warn('reembed_waits', { ...errorFields(error), pauseMs: pause });
        await sleep(pause);
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      }
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isStopped) wake();
    });
  }

  /** One chunk, the switch, or one batch of removals. False when nothing is left. */
  async function step(): Promise<boolean> {
    const move = await store.move();
    if (move === undefined) return false;
    if (move.switchedAtMs !== null) return remove(move);
    const embedder = await parts.open(move.target);
    const chunk = await store.next(CHUNK);
    if (!chunk.isEnd || chunk.pending.length > 0) await takeOver(chunk, embedder);
    else await parts.exclusively(() => finish(embedder));
    return true;
  }

  async function takeOver(chunk: Chunk, embedder: Embedder): Promise<void> {
    const withText = chunk.pending.filter((one): one is typeof one & { readonly text: string } => isText(one.text));
    const vectors = withText.length === 0 ? [] : await embedder.embed(withText.map(({ text }) => text));
    if (vectors.length !== withText.length) throw new Error('The embedder answered fewer vectors than texts');
    const items = withText.map(({ scope, id, kind, principal, threadId, atMs }, index): VectorItem => {
      const vector = vectors[index];
      if (vector === undefined) throw new Error('The embedder answered fewer vectors than texts');
      return { scope, id, kind, principal, threadId, atMs, model: embedder.modelId, vector };
    });
    // Outside first: what stands in the store is not looked at again.
    if (items.length > 0) await parts.outside?.upsert(items);
    const leftOut = await store.take(items, chunk);
    // Erased or expired meanwhile, and with it all that the person had said before.
    for (const { scope, principal, atMs } of leftOut) if (principal !== null) await parts.outside?.removePrincipal(scope, principal, atMs);
  }

  /** While nothing is being stored. */
  async function finish(embedder: Embedder): Promise<void> {
    for (;;) {
      const chunk = await store.next(CHUNK);
      if (chunk.pending.length === 0 && chunk.isEnd) break;
      interruptions += 1;
      if (interruptions <= PATIENCE) return;
      await takeOver(chunk, embedder);
    }
    interruptions = 0;
    await store.switchOver(clock.nowMs());
    await parts.switched(embedder);
    const move = await store.move();
    const told = {
      state: 'switched',
      before: move?.source ?? null,
      after: embedder.modelId,
      moved: move?.moved ?? 0,
      lost: move?.lost ?? 0,
    };
    await tell('system', told);
    logger.info('reembed_switched', { from: move?.source, to: move?.target, moved: move?.moved, lost: move?.lost });
  }

  async function remove(move: Move): Promise<boolean> {
    const removed = await store.removeOthers(REMOVE);
    if (removed > 0) return true;
    await parts.outside?.removeModel(move.source);
    await store.finish();
    logger.info('reembed_finished', { from: move.source, to: move.target, moved: move.moved, lost: move.lost });
    return false;
  }

  /** Asked for while it ends: it runs once more. */
  let isAsked = false;
  function start(): void {
    isAsked = true;
    loop ??= (async () => {
      while (isAsked && !isStopped) {
        isAsked = false;
        await run();
      }
      loop = undefined;
    })();
  }

  return {
    start,
    async begin(target, actor = 'system') {
      // Asked for again after it was done.
      if ((await store.inForce()) === target && (await store.move()) === undefined) return;
      const isNew = (await store.move())?.target !== target;
      const move = await store.begin(target, clock.nowMs());
      if (isNew) await tell(actor, { state: 'begun', before: move.source, after: target });
      logger.info('reembed_begun', { from: move.source, to: move.target, total: move.total, moved: move.moved });
      wake?.();
      start();
    },
    async cancel(actor = 'system') {
      // Not between the last chunk and the switch.
      await parts.exclusively(() => store.cancel(clock.nowMs()));
      await tell(actor, { state: 'cancelled' });
      logger.info('reembed_cancelled', {});
      wake?.();
      start();
    },
    view: async () => ({ model: (await store.inForce()) ?? '', move: viewOf(await store.move(), reason) }),
    idle: async () => {
      await loop;
    },
    async stop() {
      isStopped = true;
      wake?.();
      await loop;
    },
  };
}

const isText = (text: string | null): text is string => text !== null && text.trim() !== '';

function viewOf(move: Move | undefined, reason: string | null): MoveView | null {
  if (move === undefined) return null;
  const { source, target, total, moved, lost, startedAtMs, switchedAtMs } = move;
  return {
    from: source,
    to: target,
    state: reason !== null ? 'waiting' : switchedAtMs === null ? 'moving' : 'removing',
    total: Math.max(total, moved + lost),
    moved,
    lost,
    startedAt: new Date(startedAtMs).toISOString(),
    switchedAt: switchedAtMs === null ? null : new Date(switchedAtMs).toISOString(),
    reason,
  };
}
