// What is kept of a run that nothing could process: its record, without the texts, which are what fails as a rule; else the
// account of its number, so that it does not look left out.
import { errorFields } from '../kernel/index.ts';
import { openRow, sampleIn } from './open-row.ts';
import type { JournalRow } from './ports.ts';
import { incomingOf } from './stored-turn.ts';
import { withoutTexts } from './without-texts.ts';
import type { Work } from './work.ts';
import type { PipelineParts, Workshop } from './workshop.ts';

export type Kept = 'record' | 'number' | 'nothing';

/** @param store places and commits; the row stays, sealed, for whoever finds out why it failed */
export function createLastResort(
  { keys, key, workshop, identifier, unkept, logger }: PipelineParts,
  store: (work: Work, workshop: Workshop) => Promise<void>,
): (row: JournalRow) => Promise<Kept> {
  async function keepRecord(row: JournalRow): Promise<boolean> {
    const current = workshop();
    const opened = await openRow(row, keys, current, key);
    if (opened.sample.runId === undefined) return false;
    const sample = withoutTexts(opened.sample);
    const incoming = { ...incomingOf(row.scope, sample), embeds: false };
    const [prepared] = current.processor.patterns([incoming]);
    if (!prepared) return false;
    await store({ row, sample, incoming, deposit: undefined, prepared }, current);
    return true;
  }

  return async (row) => {
    try {
      if (identifier && (await keepRecord(row))) return 'record';
    } catch (error) {
      logger.warn('record_not_kept', { requestId: row.id, ...errorFields(error) });
    }
    try {
      const sample = await sampleIn(row, keys);
      await unkept?.note(row.scope, [sample], 'buried');
      return sample.gateway?.counter === undefined ? 'nothing' : 'number';
    } catch (error) {
      logger.warn('number_not_kept', { requestId: row.id, ...errorFields(error) });
      return 'nothing';
    }
  };
}
