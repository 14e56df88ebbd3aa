// Vectors in a store of their own: wherever a purge dies, each one that went is told once, and none that stayed.
import { describe, expect, it } from 'vitest';
import { type AgedVectors, type HeldVectors, NOTHING_PURGED, withOutsideVectors } from '../../control-plane/src/retention/index.ts';
import { HERE, openStore, type OpenStore } from './store-fixtures.ts';

const ALL = 1e15;
const nobody: HeldVectors = { held: () => Promise.resolve({ isAll: false, users: [], threads: [] }) };

/** Dies at a call: before or after it has removed. */
function elsewhere(count: number): AgedVectors & { readonly left: Set<string>; dieAt: 'before' | 'after' | undefined } {
  const self = {
    left: new Set(Array.from({ length: count }, (_, n) => `v${n}`)),
    dieAt: undefined as 'before' | 'after' | undefined,
    aged: (_: unknown, __: number, limit: number) => Promise.resolve([...self.left].slice(0, limit)),
    removeThese(_: unknown, ids: readonly string[]) {
      if (self.dieAt === 'before') return Promise.reject(new Error('gone'));
      for (const id of ids) self.left.delete(id);
      return self.dieAt === 'after' ? Promise.reject(new Error('gone')) : Promise.resolve();
    },
    standing: (_: unknown, ids: readonly string[]) => Promise.resolve(ids.filter((id) => self.left.has(id)).length),
  };
  return self;
}
const purgeable = ({ store }: OpenStore, outside: AgedVectors, holds = nobody) =>
  withOutsideVectors(store.retention, outside, { holds, tally: store.retention.tally });
const told = async ({ store }: OpenStore): Promise<readonly unknown[]> =>
  (await store.audit.entries(HERE, 0, 100)).map(({ text }) => (JSON.parse(text) as { details: { vectors: number } }).details.vectors);

describe('a purge of vectors elsewhere', () => {
  it.each(['before', 'after'] as const)('that dies %s a removal is counted by the next, exactly', async (dieAt) => {
    const opened = openStore();
    const outside = elsewhere(10);
    expect(await purgeable(opened, outside).purgeVectors(HERE, ALL, 4)).toBe(4);
    outside.dieAt = dieAt;
    await expect(purgeable(opened, outside).purgeVectors(HERE, ALL, 4)).rejects.toThrow('gone');
    expect(outside.left.size).toBe(dieAt === 'before' ? 6 : 2);
    await opened.reopen();
    outside.dieAt = undefined;
    expect(await opened.store.retention.scopes()).toContainEqual(HERE);
    while ((await purgeable(opened, outside).purgeVectors(HERE, ALL, 4)) === 4);
    expect((await opened.store.retention.tell(HERE, NOTHING_PURGED)).vectors).toBe(10);
    expect(await told(opened)).toEqual([10]);
    expect(await opened.store.retention.tell(HERE, NOTHING_PURGED)).toEqual(NOTHING_PURGED);
  });

  it('counts what went before a hold, and takes nothing after it', async () => {
    const opened = openStore();
    const outside = elsewhere(5);
    outside.dieAt = 'after';
    await expect(purgeable(opened, outside).purgeVectors(HERE, ALL, 3)).rejects.toThrow('gone');
    const all: HeldVectors = { held: () => Promise.resolve({ isAll: true, users: [], threads: [] }) };
    outside.dieAt = undefined;
    expect(await purgeable(opened, outside, all).purgeVectors(HERE, ALL, 3)).toBe(0);
    expect(outside.left.size).toBe(2);
    expect((await opened.store.retention.tell(HERE, NOTHING_PURGED)).vectors).toBe(3);
  });
});
