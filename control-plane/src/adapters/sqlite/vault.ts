// Sealed original values and the wrapped data keys of their subjects.
import type { Scope } from '../../kernel/index.ts';
import type { Erasable } from '../../privacy/index.ts';
import type { Deposit, SealedValue, VaultStore, WrappedKey } from '../../vault/ports.ts';
import { query, type Database } from './database.ts';
import { keyOf, scopeOf } from './scope.ts';

const FIND_KEY = 'SELECT master, wrapped FROM vault_keys WHERE scope = ? AND principal = ?';
const ADD_KEY = 'INSERT INTO vault_keys (scope, principal, master, wrapped) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
const ADD_VALUE = `INSERT INTO vault_values (scope, principal, request_id, token, type, at_ms, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope, request_id, token) DO NOTHING`;

/** Within the transaction that stores the request. */
export function addDeposit(
  database: Database,
  row: { readonly scope: string; readonly principal: string; readonly requestId: string; readonly atMs: number },
  deposit: Deposit,
): void {
  const { key, isNewKey, values } = deposit;
  if (deposit.isRevoked()) return;
  const { scope, principal, requestId, atMs } = row;
  if (isNewKey) database.prepare(ADD_KEY).run(scope, principal, key.master, key.wrapped);
  const there = database.prepare(FIND_KEY).get(scope, principal);
  // Erased meanwhile, or another wrote the first key: what these values were sealed with opens nothing any more.
  if (there === undefined || (isNewKey && !Buffer.from(there['wrapped'] as Uint8Array).equals(key.wrapped))) return;
  const add = database.prepare(ADD_VALUE);
  for (const { token, type, sealed } of values) add.run(scope, principal, requestId, token, type, Math.trunc(atMs), sealed);
}

export class SqliteVault implements VaultStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async key(scope: Scope, principal: string): Promise<WrappedKey | undefined> {
    const row = this.database.prepare(FIND_KEY).get(keyOf(scope), principal);
    return Promise.resolve(row && { master: String(row['master']), wrapped: row['wrapped'] as Uint8Array });
  }

  async values(scope: Scope, requestId: string): Promise<{ principal: string; values: readonly SealedValue[] } | undefined> {
    const rows = this.database.all(
      query
        .selectFrom('vault_values')
        .select(['principal', 'token', 'type', 'sealed'])
        .where('scope', '=', keyOf(scope))
        .where('request_id', '=', requestId)
        .orderBy('seq'),
    );
    const [first] = rows;
    return Promise.resolve(
      first && { principal: first.principal, values: rows.map(({ token, type, sealed }) => ({ token, type, sealed })) },
    );
  }

  async wrappedByOthers(master: string, limit: number): Promise<readonly { scope: Scope; principal: string; key: WrappedKey }[]> {
    const rows = this.database.all(query.selectFrom('vault_keys').selectAll().where('master', '!=', master).limit(limit));
    return Promise.resolve(
      rows.map((row) => ({ scope: scopeOf(row.scope), principal: row.principal, key: { master: row.master, wrapped: row.wrapped } })),
    );
  }

  async rewrap(scope: Scope, principal: string, before: WrappedKey, after: WrappedKey): Promise<void> {
    const update = query.updateTable('vault_keys').set({ master: after.master, wrapped: after.wrapped });
    const mine = update.where('scope', '=', keyOf(scope)).where('principal', '=', principal).where('master', '=', before.master);
    // The old wrapping must not stay readable in the file: whoever has the old master key would open it.
    this.database.shred(() => this.database.run(mine));
    return Promise.resolve();
  }
}

/** Values and the data key of a subject. Without the key, what a backup still holds of the values is noise. */
export function vaultOf(database: Database): Erasable {
  return {
    name: 'vault',
    tables: ['vault_keys', 'vault_values'],
    erase(scope, principal, untilMs) {
      const key = keyOf(scope);
      return Promise.resolve(
        database.shred(() => {
          const mine = query.deleteFrom('vault_values').where('scope', '=', key).where('principal', '=', principal);
          const values = database.run(untilMs === undefined ? mine : mine.where('at_ms', '<=', Math.trunc(untilMs)));
          const left = database.prepare('SELECT 1 FROM vault_values WHERE scope = ? AND principal = ?').get(key, principal);
          const keys = left ? 0 : database.run(query.deleteFrom('vault_keys').where('scope', '=', key).where('principal', '=', principal));
          return { sealedValues: values, dataKeys: keys };
        }),
      );
    },
    residual(scope, principal) {
      const count = (table: string): number =>
        Number(
          database.prepare(`SELECT count(*) AS n FROM ${table} WHERE scope = ? AND principal = ?`).get(keyOf(scope), principal)?.['n'],
        );
      return Promise.resolve(count('vault_keys') + count('vault_values'));
    },
  };
}
