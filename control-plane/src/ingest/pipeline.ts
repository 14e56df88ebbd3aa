// From the journal to the store, as retried jobs:
//
//   claim → open → patterns → [names] → [embed] → (place → vectors → commit)
//
// Each bracket is a lane to a model. Two batches are in it at a time, so that its threads have the next one at hand
// while this thread stores; several batches are on the way, so that names of one are found while another is embedded. The
// last step waits for the batch before, so that requests of one principal are placed in the order they were accepted. An
// item that fails goes back alone, with a growing pause, and is buried after MAX_ATTEMPTS; the others of its batch go on.
// Of a run that is buried the record is kept, without its texts; where even that fails, an account of its number.
// While a part that all items need is away (a full disk, an outside store), items wait for it and are not to blame.
import { createDoorbell, errorFields } from '../kernel/index.ts';
import { batchBytes, cutBatches } from './cut-batches.ts';
import type { JournalRow } from './ports.ts';
import { createStages } from './stages.ts';
import type { PipelineParts } from './workshop.ts';

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
const POLL_MS = 500;
const SWEEP_MS = 30_000;
/** Time to find out why; then the sealed text and its key go. */
const BURIED_FOR_MS = 7 * 24 * 60 * 60_000;

export function createPipeline(parts: PipelineParts): Pipeline {
  const { journal, keys, meter, logger, clock } = parts;
  const bell = createDoorbell();
  const stages = createStages(parts);
  let lastBegun: Promise<void> = Promise.resolve();
  const open = new Set<Promise<void>>();
  /** Rows that are claimed, in no hand, and to be put back as soon as the store takes a write. */
  const adrift: number[] = [];
  let isStopping = false;
  let loop: Promise<void> | undefined;
  let sweptMs = 0;

  async function run(): Promise<void> {
    // What is claimed and not begun when the server stops is due again at the next start.
    let claimed: readonly JournalRow[][] = [];
    while (!isStopping) {
      try {
        if (adrift.length > 0) await recover();
        if (claimed.length === 0) {
          const rows = await journal.claim(CLAIM, clock.nowMs());
          claimed = cutBatches(rows, batchBytes(rows.length === CLAIM && open.size > 0));
        }
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
    const task = stages.process(rows, lastBegun).catch((error: unknown) => {
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
    exclusively: (work) => stages.exclusively(work),
    async drain() {
      isStopping = true;
      bell.ring();
      await loop;
      keys.retire();
      await keys.sweep(() => journal.keysInUse());
    },
  };
}
