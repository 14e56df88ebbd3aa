// What a purge removed and has not told of yet. It is counted in the transactions that remove, so that a process that dies
// between two of them leaves nothing untold: the next pass tells it.
import { NOTHING_PURGED, type OutsideTally, type PurgeCounts } from '../../retention/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type { AuditWriter } from './audit.ts';
import type { Database } from './database.ts';
import { keyOf, scopeOf } from './scope.ts';

const PREFIX = 'purged/';
/** Ids of vectors elsewhere that are about to go. */
const BEGUN = 'purging/';
const PUT = 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
const NAMES = Object.keys(NOTHING_PURGED) as (keyof PurgeCounts)[];

/** Vectors that are kept here and elsewhere are counted apart, and told once. */
type Counted = PurgeCounts & { readonly outside: number };
const NOTHING: Counted = { ...NOTHING_PURGED, outside: 0 };

export class PurgeTally implements OutsideTally {
  private readonly database: Database;
  private readonly audit: AuditWriter;

  constructor(database: Database, audit: AuditWriter) {
    this.database = database;
    this.audit = audit;
  }

  /** Within the transaction that removes. */
  add(scope: string, name: keyof Counted, count: number): void {
    if (count === 0) return;
    const so = this.of(scope);
    this.database.prepare(PUT).run(PREFIX + scope, JSON.stringify({ ...so, [name]: so[name] + count }));
  }

  begun(scope: Scope): readonly string[] {
    return JSON.parse(this.read(BEGUN + keyOf(scope)) ?? '[]') as string[];
  }

  begin(scope: Scope, ids: readonly string[]): void {
    this.database.prepare(PUT).run(BEGUN + keyOf(scope), JSON.stringify(ids));
  }

  end(scope: Scope, removed: number): void {
    const key = keyOf(scope);
    this.database.transaction(() => {
      this.add(key, 'outside', removed);
      this.database.prepare('DELETE FROM meta WHERE key = ?').run(BEGUN + key);
    });
  }

  /** The entry and the end of counting are one transaction: nothing is told twice. */
  tell(scope: Scope, seen: PurgeCounts): PurgeCounts {
    const key = keyOf(scope);
    return this.database.transaction(() => {
      const { outside, ...here } = this.of(key);
      const counted = { ...here, vectors: Math.max(here.vectors, outside) };
      const told = Object.fromEntries(NAMES.map((name) => [name, Math.max(counted[name], seen[name])])) as unknown as PurgeCounts;
      if (NAMES.every((name) => told[name] === 0)) return told;
      this.audit.add({ scope, kind: 'purge', actor: 'system', details: { ...told } });
      this.database.prepare('DELETE FROM meta WHERE key = ?').run(PREFIX + key);
      return told;
    });
  }

  /** Where something is untold, or was begun. */
  scopes(): readonly Scope[] {
    const keys = this.database.prepare('SELECT key FROM meta WHERE key >= ? AND key < ?');
    return [PREFIX, BEGUN].flatMap((prefix) =>
      keys.all(prefix, `${prefix.slice(0, -1)}0`).map(({ key }) => scopeOf(String(key).slice(prefix.length))),
    );
  }

  private of(scope: string): Counted {
    const value = this.read(PREFIX + scope);
    return value === undefined ? NOTHING : { ...NOTHING, ...(JSON.parse(value) as Partial<Counted>) };
  }

  private read(key: string): string | undefined {
    return this.database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'] as string | undefined;
  }
}
