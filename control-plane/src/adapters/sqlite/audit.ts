// The audit log. Entries are added in the transaction of the change that they tell of; triggers keep everything else out.
import type { AuditFilter, AuditStore, ChainedEntry, ChainEnd } from '../../audit/index.ts';
import { chain, EMPTY } from '../../audit/index.ts';
import type { AuditEntry, AuditTrail, Clock, Scope } from '../../kernel/index.ts';
import { query, type Database } from './database.ts';
import { keyOf, scopeOf } from './scope.ts';

const END = 'SELECT seq, hash FROM audit WHERE scope = ? ORDER BY seq DESC LIMIT 1';
const ADD = 'INSERT INTO audit (scope, seq, at_ms, kind, actor, entry, hash) VALUES (?, ?, ?, ?, ?, ?, ?)';

/** What other tables' classes are given to write entries along with their changes. */
export type AuditWriter = Pick<SqliteAudit, 'add'>;

export class SqliteAudit implements AuditStore, AuditTrail {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Within a transaction of the caller. */
  add(entry: AuditEntry | undefined): void {
    if (entry === undefined) return;
    const scope = keyOf(entry.scope);
    const atMs = Math.trunc(this.clock.nowMs());
    const { seq, text, hash } = chain(entry, this.endOf(scope), atMs);
    this.database.prepare(ADD).run(scope, seq, atMs, entry.kind, entry.actor, text, Buffer.from(hash, 'hex'));
  }

  async append(entry: AuditEntry): Promise<void> {
    this.database.transaction(() => this.add(entry));
    return Promise.resolve();
  }

  async scopes(): Promise<readonly Scope[]> {
    // Heads too: a log from which everything was taken must not look like one that never was.
    const rows = this.database.prepare('SELECT scope FROM audit UNION SELECT scope FROM audit_heads').all();
    return Promise.resolve(rows.map((row) => scopeOf(String(row['scope']))));
  }

  async end(scope: Scope): Promise<ChainEnd> {
    return Promise.resolve(this.endOf(keyOf(scope)));
  }

  async entries(scope: Scope, from: number, limit: number): Promise<readonly ChainedEntry[]> {
    const rows = query.selectFrom('audit').select(['seq', 'entry', 'hash']).where('scope', '=', keyOf(scope)).where('seq', '>=', from);
    return Promise.resolve(this.database.all(rows.orderBy('seq').limit(limit)).map(toEntry));
  }

  async search(scope: Scope, filter: AuditFilter, before: number | undefined, limit: number): Promise<readonly ChainedEntry[]> {
    let rows = query.selectFrom('audit').select(['seq', 'entry', 'hash']).where('scope', '=', keyOf(scope));
    if (filter.kind !== undefined) rows = rows.where('kind', '=', filter.kind);
    if (filter.actor !== undefined) rows = rows.where('actor', '=', filter.actor);
    if (filter.fromMs !== undefined) rows = rows.where('at_ms', '>=', Math.trunc(filter.fromMs));
    if (filter.toMs !== undefined) rows = rows.where('at_ms', '<=', Math.trunc(filter.toMs));
    if (before !== undefined) rows = rows.where('seq', '<', before);
    return Promise.resolve(this.database.all(rows.orderBy('seq', 'desc').limit(limit)).map(toEntry));
  }

  async head(scope: Scope): Promise<string | undefined> {
    const row = this.database.get(query.selectFrom('audit_heads').select('note').where('scope', '=', keyOf(scope)));
    return Promise.resolve(row?.note);
  }

  async publishHead(scope: Scope, size: number, note: string): Promise<void> {
    this.database.run(
      query
        .insertInto('audit_heads')
        .values({ scope: keyOf(scope), size, note })
        .onConflict((conflict) => conflict.column('scope').doUpdateSet({ size, note })),
    );
    return Promise.resolve();
  }

  private endOf(scope: string): ChainEnd {
    const row = this.database.prepare(END).get(scope);
    if (row === undefined) return EMPTY;
    return { size: Number(row['seq']) + 1, hash: Buffer.from(row['hash'] as Uint8Array).toString('hex') };
  }
}

function toEntry(row: { readonly seq: number; readonly entry: string; readonly hash: Uint8Array }): ChainedEntry {
  return { seq: row.seq, text: row.entry, hash: Buffer.from(row.hash).toString('hex') };
}
