// Rows that wait for more to be learned of their request, and are replaced by it.
import { describe, expect, it } from 'vitest';
import { entry, HERE, openStore, OTHER_TENANT, storedTurn } from './store-fixtures.ts';

const held = (id: string, dueAtMs: number) => ({ ...entry(id), dueAtMs });
const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

describe('Journal (SQLite), held rows', () => {
  it('claims a held row when it is due, and others before it', async () => {
    const { journal } = openStore().store;
    await journal.append([held('later', 5_000), entry('now')]);
    expect(ids(await journal.claim(10, 4_999))).toEqual(['now']);
    expect(ids(await journal.claim(10, 5_000))).toEqual(['later']);
  });

  it('makes held rows due at a restart', async () => {
    const opened = openStore();
    await opened.store.journal.append([held('later', 1e14)]);
    expect(ids(await (await opened.reopen()).journal.claim(10, 0))).toEqual(['later']);
  });

  it('replaces a row that waits, under another id, content, key and time', async () => {
    const opened = openStore();
    await opened.store.journal.append([held('first', 9_000)]);
    expect(await opened.store.journal.replace('first', { ...entry('second', HERE, 'key-2'), dueAtMs: 3_000 })).toBe(true);
    expect((await opened.store.journal.depth()).waiting).toBe(1);
    expect(await opened.store.journal.keysInUse()).toEqual(['key-2']);
    expect(await opened.store.journal.claim(10, 2_999)).toEqual([]);
    const [row] = await opened.store.journal.claim(10, 3_000);
    expect(row).toMatchObject({ id: 'second', keyId: 'key-2' });
    expect(Buffer.from(row!.sealed).toString()).toBe('sealed second');
  });

  it('sees a row whose append is not committed yet', async () => {
    const { journal } = openStore().store;
    const appending = journal.append([held('first', 9_000)]);
    expect(await journal.replace('first', entry('second'))).toBe(true);
    expect(await appending).toEqual({ appended: 1, duplicates: [] });
  });

  it('refuses where there is no such row, or it is claimed, stored, buried or of another scope', async () => {
    const { journal, turns } = openStore().store;
    expect(await journal.replace('none', entry('x'))).toBe(false);
    await journal.append([entry('claimed'), entry('buried'), entry('stored'), entry('else', OTHER_TENANT)]);
    const [claimed, buried, stored] = await journal.claim(10, 0);
    expect(claimed!.id).toBe('claimed');
    await journal.bury([buried!.seq], 'test');
    await turns.commit([storedTurn('stored', 't')], [stored!.seq], []);
    for (const id of ['claimed', 'buried', 'stored', 'else']) expect(await journal.replace(id, entry('x')), id).toBe(false);
  });

  it('refuses an id that is there already, waiting or stored, and changes nothing', async () => {
    const { journal, turns } = openStore().store;
    await journal.append([entry('stored')]);
    const [row] = await journal.claim(10, 0);
    await turns.commit([storedTurn('stored', 't')], [row!.seq], []);
    await journal.append([held('first', 9_000), entry('waiting')]);
    expect(await journal.replace('first', entry('waiting'))).toBe(false);
    expect(await journal.replace('first', entry('stored'))).toBe(false);
    expect(ids(await journal.claim(10, 9_000))).toEqual(['first', 'waiting']);
  });
});
