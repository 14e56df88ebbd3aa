import type { Selectable } from 'kysely';
import type { GatewayKey, GatewayKeyStore } from '../../identity/index.ts';
import type { AuditEntry, Scope } from '../../kernel/index.ts';
import type { AuditWriter } from './audit.ts';
import { query, type Database } from './database.ts';
import type { GatewayKeyTable } from './schema.ts';
import { keyOf } from './scope.ts';

const toKey = (row: Selectable<GatewayKeyTable>): GatewayKey => ({
  id: row.id,
  name: row.name,
  publicKey: row.public_key,
  fromMs: row.from_ms,
  untilMs: row.until_ms,
  revokedAtMs: row.revoked_at_ms,
  vouched: row.vouched === 1,
  announcedBy: row.announced_by,
});

/** The earlier of two moments; null: never. */
const earlier = (a: number | null, b: number | undefined): number | null => (b === undefined ? a : Math.min(a ?? Infinity, Math.trunc(b)));

export class SqliteGatewayKeys implements GatewayKeyStore {
  private readonly database: Database;
  private readonly audit: AuditWriter;
  private readonly known = new Map<string, Map<string, GatewayKey>>();

  constructor(database: Database, audit: AuditWriter) {
    this.database = database;
    this.audit = audit;
  }

  async list(scope: Scope): Promise<readonly GatewayKey[]> {
    return Promise.resolve([...this.keysOf(scope).values()]);
  }

  find(scope: Scope, keyId: string): GatewayKey | undefined {
    return this.keysOf(scope).get(keyId);
  }

  async add(scope: Scope, key: GatewayKey, audit?: AuditEntry): Promise<boolean> {
    const insert = query
      .insertInto('gateway_keys')
      .values({
        scope: keyOf(scope),
        id: key.id,
        name: key.name,
        public_key: key.publicKey,
        from_ms: Math.trunc(key.fromMs),
        until_ms: key.untilMs,
        revoked_at_ms: key.revokedAtMs,
        vouched: key.vouched ? 1 : 0,
        announced_by: key.announcedBy,
      })
      .onConflict((conflict) => conflict.columns(['scope', 'id']).doNothing());
    const changed = this.database.transaction(() => {
      const added = this.database.run(insert);
      if (added > 0) this.audit.add(audit);
      return added;
    });
    this.known.delete(keyOf(scope));
    return Promise.resolve(changed > 0);
  }

  async vouch(scope: Scope, keyId: string, audit?: AuditEntry): Promise<boolean> {
    const update = query.updateTable('gateway_keys').set({ vouched: 1 }).where('scope', '=', keyOf(scope)).where('id', '=', keyId);
    const changed = this.database.transaction(() => {
      const vouched = this.database.run(update.where('vouched', '=', 0));
      if (vouched > 0) this.audit.add(audit);
      return vouched;
    });
    this.known.delete(keyOf(scope));
    return Promise.resolve(changed > 0);
  }

  async end(
    scope: Scope,
    keyId: string,
    at: { readonly untilMs?: number; readonly revokedAtMs?: number },
    audit?: AuditEntry,
  ): Promise<boolean> {
    const key = this.find(scope, keyId);
    if (!key) return Promise.resolve(false);
    const update = query
      .updateTable('gateway_keys')
      .set({ until_ms: earlier(key.untilMs, at.untilMs), revoked_at_ms: earlier(key.revokedAtMs, at.revokedAtMs) })
      .where('scope', '=', keyOf(scope))
      .where('id', '=', keyId);
    this.database.transaction(() => {
      this.database.run(update);
      this.audit.add(audit);
    });
    this.known.delete(keyOf(scope));
    return Promise.resolve(true);
  }

  private keysOf(scope: Scope): Map<string, GatewayKey> {
    const key = keyOf(scope);
    let keys = this.known.get(key);
    if (!keys) {
      const rows = this.database.all(query.selectFrom('gateway_keys').selectAll().where('scope', '=', key).orderBy('from_ms', 'desc'));
      keys = new Map(rows.map((row) => [row.id, toKey(row)]));
      this.known.set(key, keys);
    }
    return keys;
  }
}
