// How much of each class is stored, and how much of it goes when: the forecast of the purge.
import { sql, type RawBuilder } from 'kysely';
import type { AgedClass, AgeLimits, RetainedClass } from '../../retention/index.ts';
import { query, type Database } from './database.ts';
import { heldIn, isHeld, OF_REQUEST, REQUEST } from './holds.ts';
import { isProofOf } from './id-keys.ts';
import { WORDS } from './request-record.ts';
import { HELD, REQUEST_OF, VECTOR_BYTES } from './request-vectors.ts';

/** Rows of a class, and by which column they age. */
interface Rows {
  readonly table: string;
  readonly at: string;
  /** Of the column, in a second. */
  readonly perSecond: number;
  readonly where: RawBuilder<boolean>;
  readonly held: (key: string) => RawBuilder<boolean>;
  /** What stands for the scope in the table: its key, unless given. */
  readonly scope?: (key: string) => RawBuilder<unknown>;
  /** How many the rows are: one each, unless given. */
  readonly count?: RawBuilder<number>;
}

/** Where a class stands. */
interface Place extends Rows {
  /** Where else rows of the class stand. */
  readonly also?: Rows;
  /** Bytes of the class that a request `n` of the newest has, in SQL. */
  readonly bytes: string;
}

const NEWEST = '(SELECT * FROM requests WHERE scope = ? ORDER BY at DESC LIMIT 200)';
const ALL = sql<boolean>`true`;

export const PLACES: Readonly<Record<RetainedClass, Place>> = {
  text: {
    bytes: `coalesce(length(${WORDS('n')}), length(CAST(n.prompt AS BLOB)), 0) + coalesce(length(CAST(n.answer AS BLOB)), 0)`,
    table: 'requests',
    at: 'at',
    perSecond: 1,
    where: sql<boolean>`(prompt IS NOT NULL OR answer IS NOT NULL)`,
    held: (key) => isHeld(key, 'requests', REQUEST),
  },
  embedding: {
    bytes: VECTOR_BYTES('n'),
    table: 'vectors',
    at: 'at_ms',
    perSecond: 1_000,
    where: ALL,
    held: (key) => isHeld(key, 'vectors', OF_REQUEST),
    also: {
      table: 'request_vectors',
      at: 'at_ms',
      perSecond: 1_000,
      where: ALL,
      held: (key) => sql<boolean>`EXISTS (SELECT 1 FROM requests r WHERE r.seq = ${sql.raw(REQUEST_OF('request_vectors.seq'))}
        AND ${isHeld(key, 'r', REQUEST)})`,
      scope: (key) => sql`(SELECT s.id FROM scopes s WHERE s.scope = ${key})`,
      count: sql<number>`coalesce(sum(${sql.raw(HELD)}), 0)`,
    },
  },
  metadata: {
    bytes: `length(CAST(n.sample AS BLOB)) + length(CAST(n.placement AS BLOB)) + length(CAST(n.turn AS BLOB)) + coalesce(length(n.packed), 0)`,
    table: 'requests',
    at: 'at',
    perSecond: 1,
    where: ALL,
    held: (key) => isHeld(key, 'requests', REQUEST),
  },
  identity: {
    bytes: `(SELECT coalesce(sum(length(CAST(i.judgement AS BLOB)) + length(CAST(i.signed AS BLOB)) + length(CAST(i.envelope AS BLOB)) + coalesce(length(i.proof), 0)), 0)
      FROM run_identities i WHERE i.scope = n.scope AND ${isProofOf('n.run_id', 'n.id')})`,
    table: 'run_identities',
    at: 'at',
    perSecond: 1,
    where: ALL,
    held: (key) => sql<boolean>`EXISTS (SELECT 1 FROM requests r WHERE r.scope = ${key} AND r.id = run_identities.request_id
      AND ${isHeld(key, 'r', REQUEST)})`,
  },
  vault: {
    bytes: `(SELECT coalesce(sum(length(x.sealed)), 0) FROM vault_values x WHERE x.scope = n.scope AND x.request_id = n.id)`,
    table: 'vault_values',
    at: 'at_ms',
    perSecond: 1_000,
    where: ALL,
    held: (key) => isHeld(key, 'vault_values', OF_REQUEST),
  },
};

interface Ages {
  readonly stored: number;
  readonly oldestMs: number | null;
  readonly next: number;
  readonly week: number;
  readonly held: number;
}

export function agedIn(database: Database, key: string, place: Place, limits: AgeLimits[RetainedClass]): AgedClass {
  const holds = heldIn(database, key);
  const bytes = database.prepare(`SELECT avg(bytes) AS n FROM (SELECT ${place.bytes} AS bytes FROM ${NEWEST} n)`).get(key)?.['n'];
  const places = [place, ...(place.also === undefined ? [] : [place.also])];
  const ages = places.map((rows) => agesOf(database, key, rows, limits, holds));
  const sum = (name: 'stored' | 'next' | 'week' | 'held'): number => ages.reduce((total, one) => total + one[name], 0);
  const oldest = ages.flatMap(({ oldestMs }) => oldestMs ?? []);
  return {
    bytesPerRequest: typeof bytes === 'number' ? bytes : null,
    stored: sum('stored'),
    oldestMs: oldest.length === 0 ? null : Math.min(...oldest),
    next: sum('next'),
    week: sum('week'),
    held: sum('held'),
  };
}

function agesOf(
  database: Database,
  key: string,
  { table, at, perSecond, where, held: isHeldRow, scope = (of) => sql`${of}`, count: counted = sql<number>`count(*)` }: Rows,
  { nextMs, weekMs }: AgeLimits[RetainedClass],
  holds: ReturnType<typeof heldIn>,
): Ages {
  const rows = sql`FROM ${sql.table(table)} WHERE scope = ${scope(key)} AND ${where}`;
  const one = (statement: RawBuilder<{ readonly n: number | null }>): number | null =>
    database.get({ compile: () => statement.compile(query) })?.n ?? null;
  const before = (ms: number): RawBuilder<boolean> => sql<boolean>`${sql.ref(at)} < ${(ms / 1_000) * perSecond}`;
  const count = (condition: RawBuilder<boolean>): number => one(sql`SELECT ${counted} AS n ${rows} AND ${condition}`) ?? 0;
  const oldest = one(sql`SELECT min(${sql.ref(at)}) AS n ${rows}`);
  const [next, week] = [count(before(nextMs)), count(before(weekMs))];
  const heldBefore = (ms: number, due: number): number => {
    if (holds === 'nothing' || due === 0) return 0;
    return holds === 'all' ? due : count(sql<boolean>`${before(ms)} AND ${isHeldRow(key)}`);
  };
  const held = heldBefore(nextMs, next);
  return {
    stored: count(ALL),
    oldestMs: oldest === null ? null : (oldest / perSecond) * 1_000,
    next: next - held,
    week: week - heldBefore(weekMs, week),
    held,
  };
}
