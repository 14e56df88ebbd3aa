// How much there is. Counting reads indexes from end to end, so it is not to be asked often.
import type { Scope } from '../../kernel/index.ts';
import type { Database } from './database.ts';
import { scopeOf } from './scope.ts';

export interface StoreSizes {
  /** Events that are not announced yet. */
  readonly events: number;
  readonly storeBytes: number;
  readonly vectors: readonly { readonly scope: Scope; readonly count: number }[];
  readonly logs: readonly { readonly scope: Scope; readonly leaves: number; readonly signed: number }[];
}

/** A checkpoint is a note whose second line is the size of the tree. */
const sizeIn = (checkpoint: unknown): number => (typeof checkpoint === 'string' ? Number(checkpoint.split('\n')[1] ?? 0) : 0);

export function readSizes(database: Database): StoreSizes {
  const number = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? { n: 0 })[0]);
  return {
    events: number('SELECT count(*) FROM events'),
    storeBytes: number('PRAGMA page_count') * number('PRAGMA page_size'),
    vectors: database
      .prepare('SELECT scope, count(*) AS n FROM vectors GROUP BY scope')
      .all()
      .map((row) => ({ scope: scopeOf(String(row['scope'])), count: Number(row['n']) })),
    logs: database
      .prepare('SELECT scope, size, checkpoint FROM log_trees')
      .all()
      .map((row) => ({ scope: scopeOf(String(row['scope'])), leaves: Number(row['size']), signed: sizeIn(row['checkpoint']) })),
  };
}
