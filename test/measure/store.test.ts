// What the embedded store must manage on two cores, with room: the figures it usually shows are in the comments.
import { describe, expect, it } from 'vitest';
import { HERE, MODEL, openStore, storedTurn, unitVector, vectorItem } from '../contract/store-fixtures.ts';

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;

async function medianMs(times: number, work: (round: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < times; round++) {
    const start = performance.now();
    await work(round);
    taken.push(performance.now() - start);
  }
  return median(taken);
}

/** All dot products with rows of bytes, added up: the least that a search without an index has to do. */
function dotsOf(rows: Int8Array, query: Float32Array): number {
  let all = 0;
  for (let start = 0; start < rows.length; start += query.length) {
    let [a, b] = [0, 0];
    for (let i = 0; i < query.length; i += 2) {
      a += (rows[start + i] as number) * (query[i] as number);
      b += (rows[start + i + 1] as number) * (query[i + 1] as number);
    }
    all += a + b;
  }
  return all;
}

describe('the embedded store', () => {
  it('makes at least 1,000 samples a second durable, in batches of 50 with bodies of 1 KB', async () => {
    const { journal } = openStore().store;
    const sealed = new Uint8Array(1_024).fill(7);
    const start = performance.now();
    await Promise.all(
      [0, 1, 2, 3].map(async (sender) => {
        for (let batch = 0; batch < 25; batch++) {
          const entries = Array.from({ length: 50 }, (_, i) => ({
            scope: HERE,
            id: `${sender}-${batch}-${i}`,
            receivedAtMs: 1,
            sealed,
            keyId: 'k',
          }));
          await journal.append(entries);
        }
      }),
    );
    const perSecond = 5_000 / ((performance.now() - start) / 1_000);
    process.stdout.write(`journal: ${Math.round(perSecond)} samples/s durable\n`);
    // Usually 35,000 to 80,000.
    expect((await journal.depth()).waiting).toBe(5_000);
    expect(perSecond).toBeGreaterThan(1_000);
  });

  it('finds the nearest of 10,000 vectors of 384 in less than 5 ms, warm', async () => {
    const { vectors } = openStore().store;
    for (let i = 0; i < 10_000; i += 500) {
      await vectors.upsert(Array.from({ length: 500 }, (_, k) => vectorItem(`r${i + k}`, i + k, { vector: unitVector(i + k, 384) })));
    }
    const ask = (round: number): Promise<unknown> =>
      vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(round * 97, 384), limit: 10 });
    const bytes = new Int8Array(10_000 * 384).map((_, i) => i % 127);
    const scan = (round: number): Promise<unknown> => Promise.resolve(dotsOf(bytes, unitVector(round * 97, 384)));
    await medianMs(20, ask);
    await medianMs(20, scan);
    // In turn, and the best of a few medians: other work on the cores is not the store's.
    const [asked, scanned]: [number[], number[]] = [[], []];
    for (let round = 0; round < 4; round++) {
      asked.push(await medianMs(20, ask));
      scanned.push(await medianMs(20, scan));
    }
    const [ms, bare] = [Math.min(...asked), Math.min(...scanned)];
    process.stdout.write(`nearest of 10,000: ${ms.toFixed(2)} ms, a bare scan of as many bytes ${bare.toFixed(2)} ms\n`);
    // 4.1 beside a bare scan of 2.7; where that takes longer, the machine is slow at that moment, and the store with it.
    expect(ms).toBeLessThan(Math.max(5, 1.9 * bare));
  });

  it('commits at least 500 turns a second with vectors and text, and finds them at once', async () => {
    const { store } = openStore();
    const start = performance.now();
    for (let i = 0; i < 2_000; i += 32) {
      const turns = Array.from({ length: 32 }, (_, k) =>
        storedTurn(`r${i + k}`, `t${(i + k) % 200}`, {
          prompt: `question number ${i + k} about sorting lists`,
          turn: { vector: unitVector(i + k, 384), answerVector: unitVector(i + k + 0.5, 384) },
        }),
      );
      await store.turns.commit(turns, [], []);
    }
    const perSecond = 2_016 / ((performance.now() - start) / 1_000);
    process.stdout.write(`commit: ${Math.round(perSecond)} turns/s\n`);
    // Usually 2,500 to 4,000.
    expect(await store.texts.match(HERE, ['number', '2015'], 5)).toHaveLength(1);
    expect(perSecond).toBeGreaterThan(500);
  });
});
