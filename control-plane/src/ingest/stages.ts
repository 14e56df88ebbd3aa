// The stages that a batch goes through; an item that one fails on goes back alone, and the others of its batch go on.
import { createCommitter } from './commit.ts';
import { createGiveBack } from './give-back.ts';
import { isolate } from './isolate.ts';
import { createLane } from './lane.ts';
import { createLastResort } from './last-resort.ts';
import { openRow } from './open-row.ts';
import type { JournalRow } from './ports.ts';
import type { Prepared } from './processor.ts';
import type { Work } from './work.ts';
import { at, timedBy, type PipelineParts, type Workshop } from './workshop.ts';

/** One that the worker has in hand, and the next. */
const IN_LANE = 2;

export interface Stages {
  /** Takes rows all the way. @param before settles, and does not fail, when the batch before is done with */
  process(rows: readonly JournalRow[], before: Promise<void>): Promise<void>;
  /** Runs the work while nothing is being stored. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

export function createStages(parts: PipelineParts): Stages {
  const timed = timedBy(parts.meter);
  const [nameLane, embedLane, storeLane] = [createLane(IN_LANE), createLane(IN_LANE), createLane(1)];
  const committer = createCommitter(parts, timed);
  const keepWhatCan = createLastResort(parts, async (work, workshop) => committer.announce(await committer.commit([work], workshop, [])));
  // The last stage works in its lane already.
  const giveBack = createGiveBack(parts, (row, stage) => (stage === 'store' ? keepWhatCan(row) : storeLane(() => keepWhatCan(row))));

  async function open(rows: readonly JournalRow[], workshop: Workshop): Promise<readonly Omit<Work, 'prepared'>[]> {
    const { done, failed } = await timed('unseal', rows.length, () =>
      isolate(rows, (batch) => Promise.all(batch.map((row) => openRow(row, parts.keys, workshop, parts.key, parts.vault)))),
    );
    await giveBack(
      failed.map(({ item, error }) => ({ item: { row: item }, error })),
      'unseal',
    );
    return done;
  }

  async function redact(opened: readonly Omit<Work, 'prepared'>[], { processor }: Workshop): Promise<readonly Work[]> {
    const { done, failed } = await timed('patterns', opened.length, () =>
      isolate(opened, (batch) => {
        const prepared = processor.patterns(batch.map(({ incoming }) => incoming));
        return Promise.resolve(batch.map((item, index) => ({ ...item, prepared: at(prepared, index) })));
      }),
    );
    await giveBack(failed, 'patterns');
    return done;
  }

  async function step(
    stage: 'names' | 'embed',
    items: readonly Work[],
    work: (prepared: readonly Prepared[]) => Promise<readonly Prepared[]>,
  ): Promise<readonly Work[]> {
    const { done, failed } = await timed(stage, items.length, () => isolate(items, (batch) => withPrepared(batch, work)));
    await giveBack(failed, stage);
    return done;
  }

  const embed = (items: readonly Work[], { processor }: Workshop): Promise<readonly Work[]> => step('embed', items, processor.embed);

  async function store(items: readonly Work[], workshop: Workshop): Promise<void> {
    const { done, failed } = await isolate(items, (batch) => {
      const finished = batch.map(({ row }) => row.seq);
      return committer.commit(batch, workshop, finished);
    });
    committer.announce(done);
    await giveBack(failed, 'store');
  }

  return {
    async process(rows, before) {
      const workshop = parts.workshop();
      const redacted = await redact(await open(rows, workshop), workshop);
      const named = await nameLane(() => step('names', redacted, workshop.processor.names));
      const embedded = await embedLane(() => embed(named, workshop));
      await before;
      await storeLane(async () => {
        const current = parts.workshop();
        const isSwitched = current.processor.embeddingModel !== workshop.processor.embeddingModel;
        // Embedded by a model that is not in force any more: a batch is of one model, and of the right one.
        if (isSwitched) await store(await embed(embedded, current), current);
        else await store(embedded, workshop);
      });
    },
    exclusively: (work) => storeLane(work),
  };
}

async function withPrepared(
  batch: readonly Work[],
  step: (prepared: readonly Prepared[]) => Promise<readonly Prepared[]>,
): Promise<readonly Work[]> {
  const prepared = await step(batch.map((item) => item.prepared));
  return batch.map((item, index) => ({ ...item, prepared: at(prepared, index) }));
}
