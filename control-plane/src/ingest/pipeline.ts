// From the journal to the store, as retried jobs:
//
//   claim → open → patterns → [names] → [embed] → (place → vectors → commit)
//
// Each bracket is a lane to a model's worker. Two batches are in it at a time, so that the worker has the next one at hand
// while this thread stores; several batches are on the way, so that names of one are found while another is embedded. The
// last step waits for the batch before, so that requests of one principal are placed in the order they were accepted. An
// item that fails goes back alone, with a growing pause, and is buried after MAX_ATTEMPTS; the others of its batch go on.
// Of a run that is buried the record is kept, without its texts; where even that fails, an account of its number.
// While a part that all items need is away (a full disk, an outside store), items wait for it and are not to blame.
import type { Price, Sample } from '#contract';
import type { Redactor } from '#redact';
import { ClewError, errorFields, type Clock, type DomainEvent, type Logger, type Scope } from '../kernel/index.ts';
import type { Identifier, UnkeptAccount } from '../identity/index.ts';
import type { Vault } from '../vault/index.ts';
import { cutBatches } from './cut-batches.ts';
import { isolate, type Failure } from './isolate.ts';
import type { JournalKeys } from './journal-keys.ts';
import { createDoorbell, createLane } from './lane.ts';
import type { IngestMeter, Journal, JournalRow, Stage, StoredTurn, TurnSink, VectorItem, Vectors } from './ports.ts';
import type { Prepared, Processed, Processor } from './processor.ts';
import { createLastResort } from './last-resort.ts';
import { openRow, type OpenedRow } from './open-row.ts';
import { storedTurnOf } from './stored-turn.ts';

/** What the policy decides of the processing; replaced as a whole when the policy changes. */
export interface Workshop {
  readonly processor: Processor;
  readonly redactor: Redactor;
  /** Whether the policy wants the request's texts embedded; absent: always. */
  readonly embeds?: ((scope: Scope, sample: Sample) => boolean) | undefined;
  readonly prices: readonly Price[];
}

export interface PipelineParts {
  readonly journal: Journal;
  readonly keys: JournalKeys;
  readonly sink: TurnSink;
  /** Where vectors live outside the store; absent when the sink keeps them itself. */
  readonly vectors?: Vectors | undefined;
  readonly workshop: () => Workshop;
  /** Judges and signs what runs were composed of; absent: nothing is proven of them. */
  readonly identifier?: Identifier | undefined;
  /** Told of numbered runs that are buried; absent: they will look left out. */
  readonly unkept?: UnkeptAccount | undefined;
  /** Keeps original values; absent: they are dropped. */
  readonly vault?: Pick<Vault, 'deposit'> | undefined;
  /** Key of hashed identifiers. */
  readonly key: Uint8Array;
  readonly meter: IngestMeter;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told after each commit. */
  readonly committed: () => void;
}

export interface Pipeline {
  start(): void;
  /** Rows wait. */
  notify(): void;
  /** Runs the work while no request is on its way into the store. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Takes nothing new and resolves when what was begun is stored or put back. */
  drain(): Promise<void>;
}

/** Rows taken from the journal at once; they are worked on in batches of about equal size in bytes. */
const CLAIM = 256;
const BATCHES_AT_ONCE = 6;
/** One that the worker has in hand, and the next. */
const IN_LANE = 2;
const POLL_MS = 500;
const SWEEP_MS = 30_000;
/** Time to find out why; then the sealed text and its key go. */
const BURIED_FOR_MS = 7 * 24 * 60 * 60_000;
export const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
/** About a day of waiting for a part that is away. */
const MAX_ATTEMPTS_AWAY = 1_500;
const LAST_PAUSE_MS = 60_000;

/** A row on its way through the stages. */
export interface Work extends OpenedRow {
  readonly prepared: Prepared;
}

export function createPipeline(parts: PipelineParts): Pipeline {
  const { journal, keys, meter, logger, clock } = parts;
  const bell = createDoorbell();
  const [nameLane, embedLane, storeLane] = [createLane(IN_LANE), createLane(IN_LANE), createLane(1)];
  let lastBegun: Promise<void> = Promise.resolve();
  const open = new Set<Promise<void>>();
  /** Rows that are claimed, in no hand, and to be put back as soon as the store takes a write. */
  const adrift: number[] = [];
  const keepWhatCan = createLastResort(parts, async (work, workshop) => {
    try {
      for (const turn of await placeAndCommit([work], workshop, [])) announce(turn);
    } catch (error) {
      workshop.processor.forget(work.prepared);
      throw error;
    }
    parts.committed();
  });
  let isStopping = false;
  let loop: Promise<void> | undefined;
  let sweptMs = 0;

  async function timed<T>(stage: Stage, items: number, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      meter.stage(stage, (performance.now() - started) / 1000, items);
    }
  }

  async function run(): Promise<void> {
    // What is claimed and not begun when the server stops is due again at the next start.
    let claimed: readonly JournalRow[][] = [];
    while (!isStopping) {
      try {
        if (adrift.length > 0) await recover();
        if (claimed.length === 0) claimed = cutBatches(await journal.claim(CLAIM, clock.nowMs()));
        const [next, ...later] = claimed;
        if (next === undefined) {
          await bell.wait(POLL_MS);
        } else if (open.size < BATCHES_AT_ONCE) {
          claimed = later;
          begin(next);
        } else {
          await Promise.race(open);
        }
        await sweep();
      } catch (error) {
        logger.error('pipeline_stumbled', errorFields(error));
        await bell.wait(POLL_MS);
      }
    }
    await Promise.all(open);
  }

  async function recover(): Promise<void> {
    const seqs = [...adrift];
    await journal.retry(seqs, clock.nowMs());
    adrift.splice(0, seqs.length);
    meter.retried(seqs.length);
  }

  function begin(rows: readonly JournalRow[]): void {
    const task = processRows(rows, lastBegun).catch((error: unknown) => {
      // Not even putting rows back worked: the store is in trouble.
      logger.error('batch_lost_hold', { ...errorFields(error), rows: rows.length });
      adrift.push(...rows.map(({ seq }) => seq));
    });
    lastBegun = task;
    const tracked = task.finally(() => {
      open.delete(tracked);
      // Rows that must be in hand alone wait for this.
      bell.ring();
    });
    open.add(tracked);
  }

  /** @param before settles, and does not fail, when the batch before is done with */
  async function processRows(rows: readonly JournalRow[], before: Promise<void>): Promise<void> {
    const workshop = parts.workshop();
    const prepared = await prepare(rows, workshop);
    const embedded = await embedLane(() => embed(prepared, workshop));
    await before;
    await storeLane(async () => {
      const current = parts.workshop();
      const isSwitched = current.processor.embeddingModel !== workshop.processor.embeddingModel;
      // Embedded by a model that is not in force any more: a batch is of one model, and of the right one.
      if (isSwitched) await store(await embed(embedded, current), current);
      else await store(embedded, workshop);
    });
  }

  async function embed(items: readonly Work[], { processor }: Workshop): Promise<readonly Work[]> {
    const embedded = await timed('embed', items.length, () => isolate(items, (batch) => withPrepared(batch, processor.embed)));
    await giveBack(embedded.failed, 'embed');
    return embedded.done;
  }

  async function prepare(rows: readonly JournalRow[], workshop: Workshop): Promise<readonly Work[]> {
    const opened = await timed('unseal', rows.length, () =>
      isolate(rows, (batch) => Promise.all(batch.map((row) => openRow(row, keys, workshop, parts.key, parts.vault)))),
    );
    await giveBack(
      opened.failed.map(({ item, error }) => ({ item: { row: item }, error })),
      'unseal',
    );
    const redacted = await timed('patterns', opened.done.length, () =>
      isolate(opened.done, (batch) => {
        const prepared = workshop.processor.patterns(batch.map(({ incoming }) => incoming));
        return Promise.resolve(batch.map((item, index) => ({ ...item, prepared: at(prepared, index) })));
      }),
    );
    await giveBack(redacted.failed, 'patterns');
    const named = await nameLane(() =>
      timed('names', redacted.done.length, () => isolate(redacted.done, (batch) => withPrepared(batch, workshop.processor.names))),
    );
    await giveBack(named.failed, 'names');
    return named.done;
  }

  async function store(items: readonly Work[], workshop: Workshop): Promise<void> {
    if (items.length === 0) return;
    const isolated = await isolate(items, async (batch) => {
      try {
        return await placeAndCommit(
          batch,
          workshop,
          batch.map(({ row }) => row.seq),
        );
      } catch (error) {
        // The linker remembers placements that the store does not have.
        for (const { prepared } of batch) workshop.processor.forget(prepared);
        throw error;
      }
    });
    for (const turn of isolated.done) announce(turn);
    if (isolated.done.length > 0) parts.committed();
    await giveBack(isolated.failed, 'store');
  }

  /** @param finished rows of the journal that go with the commit */
  async function placeAndCommit(
    batch: readonly Work[],
    { processor, prices }: Workshop,
    finished: readonly number[],
  ): Promise<readonly StoredTurn[]> {
    const placed = await timed('link', batch.length, async () => {
      const all: Processed[] = [];
      for (const { prepared } of batch) all.push(await processor.place(prepared));
      return all;
    });
    const turns = batch.map(({ row, sample, deposit }, index): StoredTurn => {
      const known = parts.identifier?.identify(row.scope, sample);
      const turn = storedTurnOf(known?.sample ?? sample, at(placed, index), prices, processor.embeddingModel);
      return { ...turn, identity: known?.identity, deposit };
    });
    await timed('store', batch.length, async () => {
      await parts.vectors?.upsert(turns.flatMap(vectorItems));
      // Before the commit: while the other store is away this waits with the request, and nothing is left naming an old thread.
      for (const { scope, placement } of turns) {
        const moves = (placement.relinked ?? []).map(({ requestId, into }) => ({ id: requestId, threadId: into }));
        if (moves.length > 0) await parts.vectors?.reassign(scope, moves);
      }
      const events = turns.map(({ scope, turn, placement }): DomainEvent => ({
        type: 'TurnStored',
        scope,
        requestId: turn.id,
        threadId: placement.threadId,
      }));
      events.push(...turns.flatMap(relinkEvents));
      await parts.sink.commit(turns, finished, events);
    });
    return turns;
  }

  function announce(turn: StoredTurn): void {
    meter.stored(turn);
    const { sample, placement, scope } = turn;
    logger.info('request_stored', {
      requestId: sample.id,
      tenant: scope.tenant,
      environment: scope.environment,
      threadId: placement.threadId,
      runId: sample.runId,
      traceId: sample.trace?.traceId,
      position: placement.position,
      method: placement.method,
      confidence: Math.round(placement.confidence * 1000) / 1000,
    });
  }

  async function giveBack(failures: readonly Failure<{ readonly row: JournalRow }>[], stage: Stage): Promise<void> {
    for (const { item, error } of failures) {
      const { seq, attempts, id } = item.row;
      const fields = { requestId: id, stage, attempt: attempts + 1, ...errorFields(error) };
      if (attempts + 1 >= (isAway(error) ? MAX_ATTEMPTS_AWAY : MAX_ATTEMPTS)) {
        // The last stage works in the lane already.
        const kept = await (stage === 'store' ? keepWhatCan(item.row) : storeLane(() => keepWhatCan(item.row)));
        await journal.bury([seq], `${stage}: ${nameOf(error)}`);
        meter.dropped('buried', 1);
        logger.error('request_buried', { ...fields, kept });
      } else {
        await journal.retry([seq], clock.nowMs() + Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempts));
        meter.retried(1);
        logger.warn('request_put_back', fields);
      }
    }
  }

  async function sweep(): Promise<void> {
    if (clock.nowMs() - sweptMs < SWEEP_MS) return;
    sweptMs = clock.nowMs();
    const forgotten = await journal.forgetBuried(sweptMs - BURIED_FOR_MS);
    if (forgotten > 0) logger.warn('buried_requests_forgotten', { count: forgotten });
    const shredded = await keys.sweep(() => journal.keysInUse());
    if (shredded > 0) logger.info('journal_keys_shredded', { count: shredded });
  }

  return {
    start() {
      loop ??= run();
    },
    notify: () => bell.ring(),
    exclusively: (work) => storeLane(work),
    async drain() {
      isStopping = true;
      bell.ring();
      await loop;
      keys.retire();
      await keys.sweep(() => journal.keysInUse());
    },
  };
}

async function withPrepared(
  batch: readonly Work[],
  step: (prepared: readonly Prepared[]) => Promise<readonly Prepared[]>,
): Promise<readonly Work[]> {
  const prepared = await step(batch.map((item) => item.prepared));
  return batch.map((item, index) => ({ ...item, prepared: at(prepared, index) }));
}

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

const isAway = (error: unknown): boolean => error instanceof ClewError && error.code === 'unavailable';

/** Class of the error only: messages can quote what a user wrote. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error('A stage answered fewer items than it was given');
  return item;
}
