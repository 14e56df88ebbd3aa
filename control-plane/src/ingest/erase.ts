// The journal's place in the register of erasure: accepted samples of the person that wait, or that were buried, are
// opened, told by their principal, and taken out.
import { parseSample, type Sample } from '#contract';
import type { UnkeptAccount } from '../identity/index.ts';
import type { Scope } from '../kernel/index.ts';
import type { JournalKeys } from './journal-keys.ts';
import type { Journal, JournalRow } from './ports.ts';

const BATCH = 200;

interface Waiting {
  readonly seq: number;
  readonly sample: Sample;
}

/** @param unkept told of the numbers of those that are taken out: they are not missing */
export function waitingSamples(journal: Pick<Journal, 'rows' | 'discard'>, keys: Pick<JournalKeys, 'open'>, unkept?: UnkeptAccount) {
  async function* ofPerson(scope: Scope, principal: string, untilMs: number): AsyncGenerator<Waiting> {
    let after = 0;
    for (;;) {
      const rows = await journal.rows(scope, after, BATCH);
      for (const row of rows) {
        const sample = await sampleOf(row, principal, untilMs);
        if (sample) yield { seq: row.seq, sample };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH) return;
      after = last.seq;
      // Accepting and processing go on between batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function sampleOf(row: JournalRow, principal: string, untilMs: number): Promise<Sample | undefined> {
    try {
      const parsed = parseSample(JSON.parse((await keys.open(row)).toString('utf8')));
      if (!parsed.ok || parsed.value.principal?.id !== principal) return undefined;
      return Date.parse(parsed.value.startedAt) > untilMs ? undefined : parsed.value;
    } catch {
      // Its key is gone or it was tampered with: nobody can read it any more.
      return undefined;
    }
  }

  return {
    name: 'journal',
    tables: ['journal'],
    async erase(scope: Scope, principal: string, untilMs = Infinity): Promise<Readonly<Record<string, number>>> {
      const found: Waiting[] = [];
      for await (const waiting of ofPerson(scope, principal, untilMs)) found.push(waiting);
      if (found.length === 0) return { waitingSamples: 0 };
      const discarded = await journal.discard(found.map(({ seq }) => seq));
      await unkept?.note(
        scope,
        found.map(({ sample }) => sample),
        'erased',
      );
      return { waitingSamples: discarded };
    },
    async residual(scope: Scope, principal: string): Promise<number> {
      let left = 0;
      for await (const { seq } of ofPerson(scope, principal, Infinity)) left += Number(seq >= 0);
      return left;
    },
  };
}
