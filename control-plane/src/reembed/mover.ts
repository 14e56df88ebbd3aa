// Moves the store's vectors to another model, in the background, while the old ones serve:
//
//   read a chunk → embed → store beside the old ones (and outside) → … → [caught up] → switch → remove the old ones
//
// In the bracket no request is being stored, so that the last ones are taken over and the switch falls between two batches
// of the pipeline: each is wholly of one model. How far the move is stands in the store; a process that dies goes on where
// the last transaction ended. What is away (a hosted model, an outside store) is waited for.
import { ClewError, errorFields, type AuditEntry, type AuditTrail, type Scope } from '../kernel/index.ts';
import { MoveSteps, type StepParts } from './steps.ts';
import type { EmbeddingView, Move, MoveView } from './types.ts';

export interface MoverParts extends StepParts {
  /** Told of the beginning, the switch and the end of a move; `scope` is whose log tells of the installation as a whole. */
  readonly audit: AuditTrail;
  readonly scope: Scope;
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

const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

export function createMover(parts: MoverParts): Mover {
  const { store, clock, logger } = parts;
  let loop: Promise<void> | undefined;
  let isStopped = false;
  let reason: string | null = null;
  let wake: (() => void) | undefined;

  const tell = (actor: string, details: AuditEntry['details']): Promise<void> =>
    parts.audit.append({ scope: parts.scope, kind: 'reembedding', actor, details });
  const steps = new MoveSteps(parts, tell);

  async function run(): Promise<void> {
    for (let pause = parts.pauseMs ?? PAUSE_MS; !isStopped;) {
      try {
        if (!(await steps.next())) return;
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
