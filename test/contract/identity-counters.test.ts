// Numbers that came in without their runs, against a plain set of numbers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import type { UnkeptReason } from '../../control-plane/src/identity/index.ts';
import { systemClock } from '../../control-plane/src/kernel/index.ts';
import { HERE } from './store-fixtures.ts';

it('numbers that are not kept stand as ranges, each once under the reason that came first, in whatever order they came', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-counters-'));
  const store = openSqlite({ folder, clock: systemClock });
  let epochs = 0;
  try {
    const one = fc.record({ counter: fc.nat(24), reason: fc.constantFrom<UnkeptReason>('mode_off', 'buried', 'erased') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(one, { maxLength: 6 }), { maxLength: 8 }), async (batches) => {
        const epoch = (epochs += 1).toString(16).padStart(16, '0');
        const expected = new Map<number, string>();
        for (const batch of batches) {
          await store.counters.note(
            HERE,
            batch.map((run) => ({ ...run, epoch, keyId: undefined })),
          );
          for (const { counter, reason } of batch) if (!expected.has(counter)) expected.set(counter, reason);
        }
        const found = (await store.counters.epochs(HERE, 10_000)).find((summary) => summary.epoch === epoch)?.unkept ?? [];
        const numbers = found.flatMap(({ from, to, reason }) => Array.from({ length: to - from + 1 }, (_, at) => [from + at, reason]));
        expect(numbers).toEqual([...expected].sort(([a], [b]) => a - b));
        for (const [index, { from, reason }] of found.entries()) {
          const before = found[index - 1];
          expect(before?.to === from - 1 && before.reason === reason).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
