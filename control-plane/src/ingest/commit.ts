// The last step: each request is placed, and what was found is committed at once with the end of its row in the journal.
import type { DomainEvent } from '../kernel/index.ts';
import type { StoredTurn, VectorItem } from './ports.ts';
import type { Processed } from './processor.ts';
import { storedTurnOf } from './stored-turn.ts';
import type { Work } from './work.ts';
import { at, type PipelineParts, type Timed, type Workshop } from './workshop.ts';

interface Committer {
  /**
   * Answers when all of the batch is durable; throws where none is.
   *
   * @param finished rows of the journal that go with the commit
   */
  commit(batch: readonly Work[], workshop: Workshop, finished: readonly number[]): Promise<readonly StoredTurn[]>;
  /** Tells meter and log of what is stored. */
  announce(turns: readonly StoredTurn[]): void;
}

export function createCommitter(parts: PipelineParts, timed: Timed): Committer {
  const { identifier, vectors, sink, meter, logger } = parts;

  async function place(batch: readonly Work[], { processor, prices }: Workshop): Promise<readonly StoredTurn[]> {
    const placed: Processed[] = [];
    for (const { prepared } of batch) placed.push(await processor.place(prepared));
    return batch.map(({ row, sample, deposit }, index) => {
      const known = identifier?.identify(row.scope, sample);
      const turn = storedTurnOf(known?.sample ?? sample, at(placed, index), prices, processor.embeddingModel);
      return { ...turn, identity: known?.identity, deposit };
    });
  }

  async function store(turns: readonly StoredTurn[], finished: readonly number[]): Promise<void> {
    await vectors?.upsert(turns.flatMap(vectorItems));
    // Before the commit: while the other store is away this waits with the request, and nothing is left naming an old thread.
    for (const { scope, placement } of turns) {
      const moves = (placement.relinked ?? []).map(({ requestId, into }) => ({ id: requestId, threadId: into }));
      if (moves.length > 0) await vectors?.reassign(scope, moves);
    }
    await sink.commit(turns, finished, [...turns.map(storedEvent), ...turns.flatMap(relinkEvents)]);
  }

  return {
    async commit(batch, workshop, finished) {
      try {
        const turns = await timed('link', batch.length, () => place(batch, workshop));
        await timed('store', batch.length, () => store(turns, finished));
        return turns;
      } catch (error) {
        // The linker remembers placements that the store does not have.
        for (const { prepared } of batch) workshop.processor.forget(prepared);
        throw error;
      }
    },
    announce(turns) {
      for (const turn of turns) {
        meter.stored(turn);
        const { sample, placement, scope } = turn;
        logger.info('request_stored', {
          requestId: sample.id,
          tenant: scope.tenant,
          environment: scope.environment,
          threadId: placement.threadId,
          runId: sample.runId,
          traceId: sample.trace?.traceId,
          spanId: sample.trace?.spanId,
          correlationId: sample.correlationId,
          declaredSession: sample.session?.id,
          sessionId: placement.sessionId,
          position: placement.position,
          method: placement.method,
          confidence: Math.round(placement.confidence * 1000) / 1000,
        });
      }
      if (turns.length > 0) parts.committed();
    },
  };
}

const storedEvent = ({ scope, turn, placement }: StoredTurn): DomainEvent => ({
  type: 'TurnStored',
  scope,
  requestId: turn.id,
  threadId: placement.threadId,
});

/** One event for each thread that requests were moved out of. */
function relinkEvents({ scope, placement: { relinked = [] } }: StoredTurn): DomainEvent[] {
  return [...Map.groupBy(relinked, ({ from }) => from)].map(([threadId, moved]) => ({
    type: 'ThreadRelinked',
    scope,
    threadId,
    into: moved[0]?.into ?? threadId,
    requestIds: moved.map(({ requestId }) => requestId),
  }));
}

function vectorItems({ scope, turn, principal, placement, embeddingModel }: StoredTurn): VectorItem[] {
  if (embeddingModel === null) return [];
  const item = { scope, id: turn.id, principal, threadId: placement.threadId, atMs: turn.at * 1000, model: embeddingModel };
  return [
    ...(turn.vector ? [{ ...item, kind: 'prompt' as const, vector: turn.vector }] : []),
    ...(turn.answerVector ? [{ ...item, kind: 'answer' as const, vector: turn.answerVector }] : []),
  ];
}
