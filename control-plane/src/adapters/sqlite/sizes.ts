// How much there is. Counting reads indexes from end to end, so it is not to be asked often.
import type { Scope } from '../../kernel/index.ts';
import { RETAINED, type RetainedClass } from '../../retention/index.ts';
import { PLACES } from './aged.ts';
import type { Database } from './database.ts';
import { countVectors } from './request-vectors.ts';
import { scopeOf } from './scope.ts';

export interface StoreSizes {
  /** Events that are not announced yet. */
  readonly events: number;
  readonly storeBytes: number;
  /** Bytes that a request takes, by class: what the newest ones hold, and `index` for all that the file needs besides. */
  readonly requestBytes: Readonly<Partial<Record<RetainedClass | 'index', number>>>;
  readonly vectors: readonly { readonly scope: Scope; readonly count: number }[];
  readonly logs: readonly { readonly scope: Scope; readonly leaves: number; readonly signed: number }[];
}

/** Requests that stand for all. */
const NEWEST = 200;

/** A checkpoint is a note whose second line is the size of the tree. */
const sizeIn = (checkpoint: unknown): number => (typeof checkpoint === 'string' ? Number(checkpoint.split('\n')[1] ?? 0) : 0);

export function readSizes(database: Database): StoreSizes {
  const number = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? { n: 0 })[0]);
  return {
    events: number('SELECT count(*) FROM events'),
    storeBytes: number('PRAGMA page_count') * number('PRAGMA page_size'),
    requestBytes: requestBytes(number),
    vectors: countVectors(database),
    logs: database
      .prepare('SELECT scope, size, checkpoint FROM log_trees')
      .all()
      .map((row) => ({ scope: scopeOf(String(row['scope'])), leaves: Number(row['size']), signed: sizeIn(row['checkpoint']) })),
  };
}

function requestBytes(number: (sql: string) => number): StoreSizes['requestBytes'] {
  const requests = number('SELECT count(*) FROM requests');
  if (requests === 0) return {};
  const classes = (Object.keys(RETAINED) as RetainedClass[]).map((name): readonly [RetainedClass, number] => [
    name,
    number(`SELECT avg(${PLACES[name].bytes}) FROM (SELECT * FROM requests ORDER BY seq DESC LIMIT ${NEWEST}) n`),
  ]);
  const used = (number('PRAGMA page_count') - number('PRAGMA freelist_count')) * number('PRAGMA page_size');
  const held = classes.reduce((sum, [, bytes]) => sum + bytes, 0);
  return { ...Object.fromEntries(classes), index: Math.max(0, used / requests - held) };
}
