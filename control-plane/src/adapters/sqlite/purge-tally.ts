// What a purge removed and has not told of yet. It is counted in the transactions that remove, so that a process that dies
// between two of them leaves nothing untold: the next pass tells it.
import { NOTHING_PURGED, type PurgeCounts } from '../../retention/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type { AuditWriter } from './audit.ts';
import type { Database } from './database.ts';
import { keyOf, scopeOf } from './scope.ts';

const PREFIX = 'purged/';
const NAMES = Object.keys(NOTHING_PURGED) as (keyof PurgeCounts)[];

export class PurgeTally {
  private readonly database: Database;
  private readonly audit: AuditWriter;

  constructor(database: Database, audit: AuditWriter) {
    this.database = database;
    this.audit = audit;
  }

  /** Within the transaction that removes. */
  add(scope: string, name: keyof PurgeCounts, count: number): void {
    if (count === 0) return;
    const so = this.of(scope);
    this.database
      .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
      .run(PREFIX + scope, JSON.stringify({ ...so, [name]: so[name] + count }));
  }

  /** The entry and the end of counting are one transaction: nothing is told twice. */
  tell(scope: Scope, seen: PurgeCounts): PurgeCounts {
    const key = keyOf(scope);
    return this.database.transaction(() => {
      const counted = this.of(key);
      const told = Object.fromEntries(NAMES.map((name) => [name, Math.max(counted[name], seen[name])])) as unknown as PurgeCounts;
      if (NAMES.every((name) => told[name] === 0)) return told;
      this.audit.add({ scope, kind: 'purge', actor: 'system', details: { ...told } });
      this.database.prepare('DELETE FROM meta WHERE key = ?').run(PREFIX + key);
      return told;
    });
  }

  /** Where something is untold. */
  scopes(): readonly Scope[] {
    return this.database
      .prepare('SELECT key FROM meta WHERE key >= ? AND key < ?')
      .all(PREFIX, `${PREFIX.slice(0, -1)}0`)
      .map(({ key }) => scopeOf(String(key).slice(PREFIX.length)));
  }

  private of(scope: string): PurgeCounts {
    const value = this.database.prepare('SELECT value FROM meta WHERE key = ?').get(PREFIX + scope)?.['value'];
    return value === undefined ? NOTHING_PURGED : { ...NOTHING_PURGED, ...(JSON.parse(String(value)) as Partial<PurgeCounts>) };
  }
}
