// How much of each class is stored, and how much of it goes when: the forecast of the purge.
import { sql, type RawBuilder } from 'kysely';
import type { AgedClass, AgeLimits, RetainedClass } from '../../retention/index.ts';
import { query, type Database } from './database.ts';
import { heldIn, isHeld, OF_REQUEST, REQUEST } from './holds.ts';

/** Where a class stands, and by which column it ages. */
interface Place {
  readonly table: string;
  readonly at: string;
  /** Of the column, in a second. */
  readonly perSecond: number;
  readonly where: RawBuilder<boolean>;
  readonly held: (key: string) => RawBuilder<boolean>;
}

const ALL = sql<boolean>`true`;

export const PLACES: Readonly<Record<RetainedClass, Place>> = {
  text: {
    table: 'requests',
    at: 'at',
    perSecond: 1,
    where: sql<boolean>`(prompt IS NOT NULL OR answer IS NOT NULL)`,
    held: (key) => isHeld(key, 'requests', REQUEST),
  },
  embedding: { table: 'vectors', at: 'at_ms', perSecond: 1_000, where: ALL, held: (key) => isHeld(key, 'vectors', OF_REQUEST) },
  metadata: {
    table: 'requests',
    at: 'at',
    perSecond: 1,
    where: ALL,
    held: (key) => isHeld(key, 'requests', REQUEST),
  },
  identity: {
    table: 'run_identities',
    at: 'at',
    perSecond: 1,
    where: ALL,
    held: (key) => sql<boolean>`EXISTS (SELECT 1 FROM requests r WHERE r.scope = ${key} AND r.id = run_identities.request_id
      AND ${isHeld(key, 'r', REQUEST)})`,
  },
  vault: {
    table: 'vault_values',
    at: 'at_ms',
    perSecond: 1_000,
    where: ALL,
    held: (key) => isHeld(key, 'vault_values', OF_REQUEST),
  },
};

export function agedIn(database: Database, key: string, place: Place, { nextMs, weekMs }: AgeLimits[RetainedClass]): AgedClass {
  const { table, at, perSecond, where } = place;
  const holds = heldIn(database, key);
  const rows = sql`FROM ${sql.table(table)} WHERE scope = ${key} AND ${where}`;
  const one = (statement: RawBuilder<{ readonly n: number | null }>): number | null =>
    database.get({ compile: () => statement.compile(query) })?.n ?? null;
  const before = (ms: number): RawBuilder<boolean> => sql<boolean>`${sql.ref(at)} < ${(ms / 1_000) * perSecond}`;
  const count = (condition: RawBuilder<boolean>): number => one(sql`SELECT count(*) AS n ${rows} AND ${condition}`) ?? 0;
  const oldest = one(sql`SELECT min(${sql.ref(at)}) AS n ${rows}`);
  const [next, week] = [count(before(nextMs)), count(before(weekMs))];
  const heldBefore = (ms: number, due: number): number => {
    if (holds === 'nothing' || due === 0) return 0;
    return holds === 'all' ? due : count(sql<boolean>`${before(ms)} AND ${place.held(key)}`);
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
