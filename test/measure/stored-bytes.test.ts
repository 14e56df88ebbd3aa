// What a stored request takes, all in: a bar over what is reached today, so that no table grows unseen.
import { expect, it } from 'vitest';
import { storedBytes } from '../support/stored-bytes.ts';

it('a prompt of 1 KB with an answer of 1 KB takes less than 6 KB, vectors, indexes and identity included', async () => {
  const { all, byClass } = await storedBytes(200);
  process.stdout.write(
    `bytes a request: ${JSON.stringify({ all, ...byClass }, (_, value: unknown) => (typeof value === 'number' ? Math.round(value) : value))}\n`,
  );
  // Usually 5,450, and 5,660 with 2,000 of them; a table or index more or less on a page of its own is 41.
  expect(all).toBeLessThan(6_000);
  // Two vectors of 384 numbers.
  expect(byClass.vectors).toBeLessThan(1_000);
  expect(byClass.identities).toBeLessThan(350);
  expect(byClass.indexes).toBeLessThan(900);
  expect(byClass['text index']).toBeLessThan(1_300);
});
