// Threads that share their work: every text is read once, by whoever is free, and answers come in the order of the texts.
import { afterEach, describe, expect, it } from 'vitest';
import { ModelPool, type Duties } from '../../../../control-plane/src/adapters/onnx/model-pool.ts';
import type { ModelKind } from '../../../../control-plane/src/adapters/onnx/pool-protocol.ts';
import type { ReadBy } from '../../../support/pool-thread.ts';

const BOTH: readonly Duties[] = [
  ['names', 'embedding'],
  ['embedding', 'names'],
];
const pools: ModelPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

function poolOf(
  duties: readonly Duties[],
  settings: object = {},
): { read: (kind: ModelKind, texts: readonly string[]) => Promise<readonly ReadBy[]> } {
  const pool = new ModelPool(new URL('../../../support/pool-thread.ts', import.meta.url), settings, duties);
  pools.push(pool);
  return { read: async (kind, texts) => (await pool.read(kind, texts)) as unknown as readonly ReadBy[] };
}
const textsOf = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name} ${i}`);
const threadsOf = (answers: readonly ReadBy[]): number => new Set(answers.map(({ thread }) => thread)).size;

describe('threads that read texts', () => {
  it('answer every text once, in order, whatever is asked at the same time', async () => {
    const { read } = poolOf(BOTH);
    const asked = Array.from({ length: 12 }, (_, i) => ({
      kind: i % 3 === 0 ? ('names' as const) : ('embedding' as const),
      texts: textsOf(`call ${i}`, i * 2),
    }));
    const answered = await Promise.all(asked.map(({ kind, texts }) => read(kind, texts)));
    expect(answered.map((answers) => answers.map(({ kind, text }) => ({ kind, text })))).toEqual(
      asked.map(({ kind, texts }) => texts.map((text) => ({ kind, text }))),
    );
  });

  it('help each other where one kind alone has work', async () => {
    const { read } = poolOf(BOTH);
    await Promise.all([read('names', ['warm']), read('embedding', ['warm'])]);
    expect(threadsOf(await read('embedding', textsOf('e', 40)))).toBe(2);
    expect(threadsOf(await read('names', textsOf('n', 40)))).toBe(2);
  });

  it('do what they are there for first', async () => {
    const { read } = poolOf(BOTH);
    await Promise.all([read('names', textsOf('warm', 20)), read('embedding', textsOf('warm', 20))]);
    const both = await Promise.all([read('names', textsOf('n', 40)), read('embedding', textsOf('e', 40))]);
    for (const all of Map.groupBy(both.flat(), ({ thread }) => thread).values()) {
      const lastOwn = Math.max(...all.filter(({ kind, duty }) => kind === duty).map(({ nth }) => nth));
      // One may be read before the thread hears that there is work of its own.
      expect(all.filter(({ kind, duty, nth }) => kind !== duty && nth < lastOwn).length).toBeLessThanOrEqual(1);
    }
  });

  it('do without the help of one that cannot open the model', async () => {
    const { read } = poolOf(BOTH, { unopened: ['embedding'] });
    await read('names', ['warm']);
    for (let i = 0; i < 3; i++) expect(threadsOf(await read('embedding', textsOf('e', 10)))).toBe(1);
  });

  it('say so where nobody can open it', async () => {
    const { read } = poolOf([['embedding']], { unopened: ['embedding'] });
    await expect(read('embedding', ['a', 'b'])).rejects.toThrow('no model of embedding');
    await expect(read('names', ['a'])).rejects.toThrow('No thread reads texts for names');
  });

  it('fail a call whose model fails, and no other', async () => {
    const { read } = poolOf(BOTH);
    const [failed, other] = await Promise.allSettled([
      read('embedding', [...textsOf('e', 5), 'fails', ...textsOf('f', 30)]),
      read('embedding', textsOf('g', 10)),
    ]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'the model failed' } });
    expect(other).toMatchObject({ status: 'fulfilled' });
    expect(await read('names', ['after'])).toHaveLength(1);
  });

  it('fail what is open when one dies, and start it again at the next call', async () => {
    const { read } = poolOf(BOTH);
    await read('names', ['warm']);
    const ended = await Promise.allSettled([read('names', ['ends']), read('embedding', textsOf('e', 60))]);
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await read('names', textsOf('warm again', 10));
    expect(await read('names', textsOf('n', 20))).toHaveLength(20);
  });

  it('answer nothing once they are closed', async () => {
    const { read } = poolOf(BOTH);
    const open = read('names', textsOf('n', 50));
    const failed = expect(open).rejects.toThrow('closed');
    await pools[0]?.close();
    await failed;
    await expect(read('names', ['late'])).rejects.toThrow('closed');
  });
});
