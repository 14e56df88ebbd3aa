import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealOriginals, type Sample } from '#contract';
import { Database } from '../../../../control-plane/src/adapters/sqlite/database.ts';
import { addDeposit, SqliteVault, vaultOf } from '../../../../control-plane/src/adapters/sqlite/vault.ts';
import type { AuditEntry, Scope } from '../../../../control-plane/src/kernel/index.ts';
import { createVault, localMasterKeys, type Deposit, type MasterKeys, type Vault } from '../../../../control-plane/src/vault/index.ts';

const scope: Scope = { tenant: 'acme', environment: 'live' };
const KEY = 'acme/live';
const TOKEN = '[EMAIL_ADDRESS_abcdefghij]';
const all = (): boolean => true;
let folder: string;
let database: Database;
const told: AuditEntry[] = [];

const vaultWith = (masters: MasterKeys): Vault =>
  createVault({
    store: new SqliteVault(database),
    masters,
    privateKey: Buffer.alloc(32, 3),
    audit: { append: (entry) => Promise.resolve(void told.push(entry)) },
    scope,
  });
const master = (...bytes: number[]): MasterKeys => localMasterKeys(bytes.map((byte) => Buffer.alloc(32, byte)));

function sampleOf(vault: Vault, id: string, principal: string, value = 'jane@example.com'): Sample {
  const box = sealOriginals(Buffer.from(vault.key.publicKey, 'base64'), { sample: id, principal }, [
    { token: TOKEN, type: 'EMAIL_ADDRESS', value },
  ]);
  return {
    version: 1,
    id,
    startedAt: '2026-01-05T09:00:00Z',
    dialect: 'openai.chat',
    principal: { id: principal, source: 'header:x-user', trust: 'asserted' },
    redaction: { counts: {}, sealed: { keyId: vault.key.keyId, box } },
  };
}
function store(requestId: string, principal: string, deposit: Deposit | undefined): void {
  if (!deposit) throw new Error('Nothing was deposited');
  database.transaction(() => addDeposit(database, { scope: KEY, principal, requestId, atMs: 1_000 }, deposit));
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clew-vault-'));
  database = new Database(path.join(folder, 'clew.db'));
  told.length = 0;
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the vault', () => {
  it('gives back what a gateway sealed, for its request alone', async () => {
    const vault = vaultWith(master(1));
    store('r1', 'p_a', await vault.deposit(scope, 'p_a', sampleOf(vault, 'r1', 'p_a')));
    expect(await vault.open(scope, 'r1', all)).toEqual([{ token: TOKEN, type: 'EMAIL_ADDRESS', value: 'jane@example.com' }]);
    expect(await vault.open(scope, 'r1', () => false)).toEqual([]);
    expect(await vault.open(scope, 'r2', all)).toBeUndefined();
    expect(await vault.open({ tenant: 'acme', environment: 'test' }, 'r1', all)).toBeUndefined();
  });

  it('keeps nothing of a box for another key, another sample or another person', async () => {
    const vault = vaultWith(master(1));
    const sample = sampleOf(vault, 'r1', 'p_a');
    const foreign = { counts: {}, sealed: { keyId: '0'.repeat(16), box: 'AAAA' } };
    expect(await vault.deposit(scope, 'p_a', { ...sample, id: 'r2' })).toBeUndefined();
    expect(await vault.deposit(scope, 'p_a', { ...sample, redaction: foreign })).toBeUndefined();
    expect(await vault.deposit(scope, 'p_a', { ...sample, redaction: { counts: {} } })).toBeUndefined();
  });

  it('has one data key a person, also for requests at once, and none that opens another person', async () => {
    const vault = vaultWith(master(1));
    const ids = ['r1', 'r2', 'r3'];
    const deposits = await Promise.all(ids.map((id) => vault.deposit(scope, 'p_a', sampleOf(vault, id, 'p_a', `${id}@example.com`))));
    ids.forEach((id, index) => store(id, 'p_a', deposits[index]));
    store('r4', 'p_b', await vault.deposit(scope, 'p_b', sampleOf(vault, 'r4', 'p_b')));
    expect(database.prepare('SELECT count(*) AS n FROM vault_keys').get()).toEqual({ n: 2 });
    expect((await vault.open(scope, 'r3', all))?.[0]?.value).toBe('r3@example.com');
    // A value or a wrapped key moved to another person opens nothing.
    database.prepare("UPDATE vault_values SET request_id = 'r5', principal = 'p_b' WHERE request_id = 'r1'").run();
    await expect(vault.open(scope, 'r5', all)).rejects.toThrow();
    database
      .prepare("UPDATE vault_keys SET wrapped = (SELECT wrapped FROM vault_keys WHERE principal = 'p_a') WHERE principal = 'p_b'")
      .run();
    await expect(vault.open(scope, 'r4', all)).rejects.toThrow();
  });

  it('wraps data keys anew under another master key, and touches no value', async () => {
    const first = vaultWith(master(1));
    for (let person = 0; person < 250; person += 1) {
      store(`r${person}`, `p_${person}`, await first.deposit(scope, `p_${person}`, sampleOf(first, `r${person}`, `p_${person}`)));
    }
    const values = () => database.prepare('SELECT seq, sealed FROM vault_values ORDER BY seq').all();
    const before = values();
    expect(await vaultWith(master(1)).rewrap()).toBe(0);
    expect(await vaultWith(master(2, 1)).rewrap()).toBe(250);
    expect(values()).toEqual(before);
    expect(told.map(({ kind, details }) => [kind, details['dataKeys']])).toEqual([['vault_rewrapped', 250]]);
    // The old one is needed no more, and opens nothing any more.
    expect((await vaultWith(master(2)).open(scope, 'r7', all))?.[0]?.value).toBe('jane@example.com');
    await expect(vaultWith(master(1)).open(scope, 'r7', all)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('works with a key service behind the same interface, and waits while that is away', async () => {
    const local = master(1);
    let isAway = true;
    const service: MasterKeys = {
      current: local.current,
      wrap: async (key, context) => {
        if (isAway) throw new Error('away');
        return local.wrap(key, context);
      },
      unwrap: (id, wrapped, context) => local.unwrap(id, wrapped, context),
    };
    const vault = vaultWith(service);
    await expect(vault.deposit(scope, 'p_a', sampleOf(vault, 'r1', 'p_a'))).rejects.toThrow('away');
    isAway = false;
    store('r1', 'p_a', await vault.deposit(scope, 'p_a', sampleOf(vault, 'r1', 'p_a')));
    expect(await vault.open(scope, 'r1', all)).toHaveLength(1);
  });

  it('destroys the data key of an erased person, and never brings it back', async () => {
    const vault = vaultWith(master(1));
    store('r1', 'p_a', await vault.deposit(scope, 'p_a', sampleOf(vault, 'r1', 'p_a')));
    const late = await vault.deposit(scope, 'p_a', sampleOf(vault, 'r2', 'p_a'));
    const old = database.prepare('SELECT sealed FROM vault_values').get();
    expect(await vaultOf(database).erase(scope, 'p_a')).toEqual({ sealedValues: 1, dataKeys: 1 });
    vault.forget(scope, 'p_a');
    await new Promise((resolve) => setImmediate(resolve));
    // On its way while the person was erased.
    store('r2', 'p_a', late);
    expect(await vaultOf(database).residual(scope, 'p_a')).toBe(0);
    // The person comes back: another key, which opens nothing of before.
    store('r3', 'p_a', await vault.deposit(scope, 'p_a', sampleOf(vault, 'r3', 'p_a')));
    const restored = 'INSERT INTO vault_values (scope, principal, request_id, token, type, at_ms, sealed) VALUES (?, ?, ?, ?, ?, 1, ?)';
    database.prepare(restored).run(KEY, 'p_a', 'r1', TOKEN, 'EMAIL_ADDRESS', old?.['sealed'] as Uint8Array);
    await expect(vault.open(scope, 'r1', all)).rejects.toThrow();
  });
});
