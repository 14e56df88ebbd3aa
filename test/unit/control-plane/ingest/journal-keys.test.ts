import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyFolder } from '../../../../control-plane/src/adapters/files/index.ts';
import { createJournalKeys, type JournalKeys } from '../../../../control-plane/src/ingest/index.ts';
import { systemRandomness } from '../../../../control-plane/src/kernel/index.ts';

const scope = { tenant: 'a', environment: 'b' };
const clear = Buffer.from('a prompt that nobody may read');

describe('journal keys', () => {
  let folder: string;
  let nowMs: number;
  let keys: JournalKeys;
  const files = (): string[] => readdirSync(folder).sort();
  const open = async (): Promise<JournalKeys> =>
    createJournalKeys({ store: await openKeyFolder(folder), clock: { nowMs: () => nowMs }, randomness: systemRandomness });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'clew-keys-'));
    nowMs = 1_000_000;
    keys = await open();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function seal(id: string) {
    const lease = await keys.lease();
    const row = { scope, id, keyId: lease.keyId, sealed: lease.seal({ scope, id }, clear) };
    lease.release();
    return row;
  }

  it('opens what it sealed, also after a restart, and shows nothing of it', async () => {
    const row = await seal('one');
    expect(Buffer.from(row.sealed).toString('latin1')).not.toContain('prompt');
    expect(await keys.open(row)).toEqual(clear);
    expect(await (await open()).open(row)).toEqual(clear);
  });

  it('seals equal texts differently', async () => {
    expect((await seal('one')).sealed).not.toEqual((await seal('one')).sealed);
  });

  it('refuses rows that were changed or swapped', async () => {
    const row = await seal('one');
    const changed = Uint8Array.from(row.sealed);
    changed[20] = (changed[20] ?? 0) ^ 1;
    await expect(keys.open({ ...row, sealed: changed })).rejects.toThrow();
    await expect(keys.open({ ...row, id: 'two' })).rejects.toThrow();
    await expect(keys.open({ ...row, scope: { tenant: 'a', environment: 'c' } })).rejects.toThrow();
    await expect(keys.open({ ...row, sealed: new Uint8Array(3) })).rejects.toThrow();
  });

  it('has the key on disk, for its owner only, before anything is sealed with it', async () => {
    const lease = await keys.lease();
    expect(files()).toEqual([`${lease.keyId}.key`]);
    expect(statSync(path.join(folder, `${lease.keyId}.key`)).mode & 0o777).toBe(0o600);
  });

  it('takes one key for callers that come at once, and another after ten minutes', async () => {
    const [a, b] = await Promise.all([keys.lease(), keys.lease()]);
    expect(a.keyId).toBe(b.keyId);
    nowMs += 10 * 60_000;
    expect((await keys.lease()).keyId).not.toBe(a.keyId);
  });

  it('shreds what no row and no lease needs, and nothing else', async () => {
    const row = await seal('one');
    const lease = await keys.lease();
    nowMs += 10 * 60_000;
    const next = await seal('two');
    expect(await keys.sweep(() => Promise.resolve([]))).toBe(0);
    lease.release();
    expect(await keys.sweep(() => Promise.resolve([row.keyId]))).toBe(0);
    expect(await keys.sweep(() => Promise.resolve([]))).toBe(1);
    expect(files()).toEqual([`${next.keyId}.key`]);
    await expect(keys.open(row)).rejects.toThrow();
    expect(await keys.open(next)).toEqual(clear);
  });

  it('does not shred a key that gets its first row while the journal is asked', async () => {
    let row: Awaited<ReturnType<typeof seal>> | undefined;
    keys.retire();
    await keys.sweep(async () => {
      row = await seal('late');
      return [];
    });
    expect(row && (await keys.open(row))).toEqual(clear);
  });

  it('shreds its keys also where things that are none lie beside them', async () => {
    await seal('one');
    mkdirSync(path.join(folder, 'folder.key'));
    writeFileSync(path.join(folder, 'a key of others.key'), 'x');
    keys.retire();
    expect(await keys.sweep(() => Promise.resolve([]))).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(['a key of others.key', 'folder.key']);
  });

  it('begins again after a key could not be written', async () => {
    const store = await openKeyFolder(folder);
    let isFull = true;
    const failing = {
      ...store,
      write: (id: string, key: Uint8Array) => (isFull ? Promise.reject(new Error('full')) : store.write(id, key)),
    };
    keys = createJournalKeys({ store: failing, clock: { nowMs: () => nowMs }, randomness: systemRandomness });
    await expect(keys.lease()).rejects.toThrow('full');
    isFull = false;
    expect(await keys.open(await seal('one'))).toEqual(clear);
  });
});
