import type { OpenedRow } from './open-row.ts';
import type { Prepared } from './processor.ts';

/** A row on its way through the stages. */
export interface Work extends OpenedRow {
  readonly prepared: Prepared;
}
