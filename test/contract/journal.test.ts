import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entry, HERE, openStore, OTHER_ENVIRONMENT, OTHER_TENANT, SCOPES, storedTurn } from './store-fixtures.ts';

const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
const seqs = (rows: readonly { readonly seq: number }[]): number[] => rows.map(({ seq }) => seq);

describe('Journal (SQLite)', () => {
  it('gives back what was appended, in order, byte for byte', async () => {
    const { journal } = openStore().store;
    expect(await journal.append([entry('a'), entry('b'), entry('c', OTHER_TENANT)])).toEqual({ appended: 3, duplicates: [] });
    const rows = await journal.claim(10, 0);
    expect(ids(rows)).toEqual(['a', 'b', 'c']);
    expect(rows[2]).toMatchObject({ scope: OTHER_TENANT, receivedAtMs: 1_000, keyId: 'key-1', attempts: 0 });
    expect(Buffer.from(rows[2]!.sealed).toString()).toBe('sealed c');
    expect(rows[0]!.seq).toBeLessThan(rows[1]!.seq);
  });

  it('reports duplicates: within a call, waiting, and stored; per scope', async () => {
    const { journal, turns } = openStore().store;
    expect(await journal.append([entry('a'), entry('a')])).toEqual({ appended: 1, duplicates: ['a'] });
    expect(await journal.append([entry('a'), entry('b')])).toEqual({ appended: 1, duplicates: ['a'] });
    const rows = await journal.claim(10, 0);
    await turns.commit([storedTurn('a', 't')], seqs(rows), []);
    expect(await journal.append([entry('a'), entry('a', OTHER_TENANT), entry('a', OTHER_ENVIRONMENT)])).toEqual({
      appended: 2,
      duplicates: ['a'],
    });
  });

  it('merges concurrent calls without mixing their results', async () => {
    const { journal } = openStore().store;
    const results = await Promise.all(Array.from({ length: 20 }, (_, call) => journal.append([entry(`own-${call}`), entry('common')])));
    expect(results.reduce((sum, { appended }) => sum + appended, 0)).toBe(21);
    expect(results.filter(({ duplicates }) => duplicates.includes('common'))).toHaveLength(19);
    expect((await journal.depth()).waiting).toBe(21);
  });

  it('fails a bad call alone, and takes nothing of it', async () => {
    const { journal } = openStore().store;
    const bad = journal.append([entry('x'), { ...entry('y'), keyId: null as unknown as string }]);
    const good = journal.append([entry('z')]);
    await expect(bad).rejects.toThrow();
    expect(await good).toEqual({ appended: 1, duplicates: [] });
    expect(ids(await journal.claim(10, 0))).toEqual(['z']);
  });

  it('refuses a scope whose names would run into another', async () => {
    const { journal } = openStore().store;
    await expect(journal.append([entry('a', { tenant: 'a/b', environment: 'c' })])).rejects.toThrow(TypeError);
  });

  it('claims no row twice, until a restart makes all due again', async () => {
    const opened = openStore();
    await opened.store.journal.append(['a', 'b', 'c'].map((id) => entry(id)));
    expect(ids(await opened.store.journal.claim(2, 0))).toEqual(['a', 'b']);
    expect(ids(await opened.store.journal.claim(5, 0))).toEqual(['c']);
    expect(await opened.store.journal.claim(5, 0)).toEqual([]);
    expect(ids(await (await opened.reopen()).journal.claim(5, 0))).toEqual(['a', 'b', 'c']);
  });

  it('gives a retried row back when it is due, with its attempts', async () => {
    const opened = openStore();
    await opened.store.journal.append([entry('a'), entry('b')]);
    const [first] = await opened.store.journal.claim(1, 0);
    await opened.store.journal.retry([first!.seq], 5_000);
    expect(ids(await opened.store.journal.claim(10, 4_999))).toEqual(['b']);
    expect(await opened.store.journal.claim(10, 5_000)).toMatchObject([{ id: 'a', attempts: 1 }]);
    await opened.store.journal.retry([first!.seq], 9_000);
    expect(await (await opened.reopen()).journal.claim(1, 0)).toMatchObject([{ id: 'a', attempts: 2 }]);
  });

  it('buries for good, still counts, and still knows the id and the key', async () => {
    const opened = openStore();
    await opened.store.journal.append([entry('a', HERE, 'old'), entry('b', HERE, 'new')]);
    const [first, second] = await opened.store.journal.claim(2, 0);
    await opened.store.journal.bury([first!.seq], 'cannot be opened');
    expect(await opened.store.journal.depth()).toEqual({ waiting: 1, buried: 1, oldestMs: 1_000 });
    await opened.store.turns.commit([], [second!.seq], []);
    const { journal } = await opened.reopen();
    expect(await journal.claim(10, 1e15)).toEqual([]);
    expect(await journal.depth()).toEqual({ waiting: 0, buried: 1, oldestMs: null });
    expect(await journal.keysInUse()).toEqual(['old']);
    expect((await journal.append([entry('a')])).duplicates).toEqual(['a']);
  });

  it('forgets what was buried long ago, and nothing else', async () => {
    const { store } = openStore();
    await store.journal.append([entry('a', HERE, 'old'), entry('b', HERE, 'new')]);
    const [first] = await store.journal.claim(1, 0);
    await store.journal.bury([first!.seq], 'cannot be opened');
    expect(await store.journal.forgetBuried(0)).toBe(0);
    expect(await store.journal.forgetBuried(8.64e15)).toBe(1);
    expect(await store.journal.depth()).toMatchObject({ waiting: 1, buried: 0 });
    expect(await store.journal.keysInUse()).toEqual(['new']);
  });

  it('agrees with a simple model, whatever is called in whatever order', async () => {
    const command = fc.oneof(
      fc.record({ do: fc.constant('append' as const), ids: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }), scope: fc.nat(2) }),
      fc.record({ do: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constantFrom('retry' as const, 'bury' as const, 'finish' as const), pick: fc.nat(20) }),
      fc.record({ do: fc.constant('restart' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
        const opened = openStore();
        /** id within scope → its state. */
        const model = new Map<string, 'waiting' | 'claimed' | 'buried' | 'stored'>();
        let held: { seq: number; key: string }[] = [];
        for (const step of commands) {
          const { journal, turns } = opened.store;
          if (step.do === 'append') {
            const scope = SCOPES[step.scope]!;
            const fresh = new Set(step.ids.filter((id) => !model.has(`${step.scope}:${id}`)));
            const result = await journal.append(step.ids.map((id) => entry(String(id), scope)));
            expect(result.appended).toBe(fresh.size);
            expect(result.duplicates).toHaveLength(step.ids.length - fresh.size);
            for (const id of fresh) model.set(`${step.scope}:${id}`, 'waiting');
          } else if (step.do === 'claim') {
            const rows = await journal.claim(step.limit, 1);
            const waiting = [...model.values()].filter((state) => state === 'waiting').length;
            expect(rows).toHaveLength(Math.min(step.limit, waiting));
            for (const row of rows) {
              const key = `${SCOPES.findIndex(({ tenant, environment }) => tenant === row.scope.tenant && environment === row.scope.environment)}:${row.id}`;
              expect(model.get(key)).toBe('waiting');
              model.set(key, 'claimed');
              held.push({ seq: row.seq, key });
            }
          } else if (step.do === 'restart') {
            await opened.reopen();
            for (const { key } of held) model.set(key, 'waiting');
            held = [];
          } else if (held.length > 0) {
            const [one] = held.splice(step.pick % held.length, 1);
            const [scope, id] = one!.key.split(':');
            if (step.do === 'retry') await journal.retry([one!.seq], 0);
            else if (step.do === 'bury') await journal.bury([one!.seq], 'test');
            else await turns.commit([storedTurn(id!, 't', { scope: SCOPES[Number(scope)]! })], [one!.seq], []);
            model.set(one!.key, step.do === 'retry' ? 'waiting' : step.do === 'bury' ? 'buried' : 'stored');
          }
        }
        const states = [...model.values()];
        const depth = await opened.store.journal.depth();
        expect(depth.waiting).toBe(states.filter((state) => state === 'waiting' || state === 'claimed').length);
        expect(depth.buried).toBe(states.filter((state) => state === 'buried').length);
        expect(opened.store.check()).toEqual([]);
        await opened.store.close();
      }),
      { numRuns: 25 },
    );
  });
});
