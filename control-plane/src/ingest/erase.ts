// The journal's place in the register of erasure: accepted samples of the person that wait, or that were buried, are
// opened, told by their principal, and taken out.
import { parseSample } from '#contract';
import type { Scope } from '../kernel/index.ts';
import type { JournalKeys } from './journal-keys.ts';
import type { Journal, JournalRow } from './ports.ts';

const BATCH = 200;

export function waitingSamples(journal: Pick<Journal, 'rows' | 'discard'>, keys: Pick<JournalKeys, 'open'>) {
  async function* ofPerson(scope: Scope, principal: string, untilMs: number): AsyncGenerator<number> {
    let after = 0;
    for (;;) {
      const rows = await journal.rows(scope, after, BATCH);
      for (const row of rows) if (await isOf(row, principal, untilMs)) yield row.seq;
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH) return;
      after = last.seq;
      // Accepting and processing go on between batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function isOf(row: JournalRow, principal: string, untilMs: number): Promise<boolean> {
    try {
      const sample = parseSample(JSON.parse((await keys.open(row)).toString('utf8')));
      return sample.ok && sample.value.principal?.id === principal && !(Date.parse(sample.value.startedAt) > untilMs);
    } catch {
      // Its key is gone or it was tampered with: nobody can read it any more.
      return false;
    }
  }

  return {
    name: 'journal',
    tables: ['journal'],
    async erase(scope: Scope, principal: string, untilMs = Infinity): Promise<Readonly<Record<string, number>>> {
      const seqs: number[] = [];
      for await (const seq of ofPerson(scope, principal, untilMs)) seqs.push(seq);
      return { waitingSamples: seqs.length === 0 ? 0 : await journal.discard(seqs) };
    },
    async residual(scope: Scope, principal: string): Promise<number> {
      let left = 0;
      for await (const seq of ofPerson(scope, principal, Infinity)) left += Number(seq >= 0);
      return left;
    },
  };
}
