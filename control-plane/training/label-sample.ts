// Draws the prompts that are labelled by hand (docs/LABELLING.md), each with the turn before it. Hashes decide, so that the same data give the same sample.
// usage: node control-plane/training/label-sample.ts --out FILE [--seed WORD] [--data DIR]     FILE holds texts: outside the repository
import { writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { dataFolder, readRows, type Row } from './corpus.ts';

export interface Prompt {
  readonly corpus: string;
  readonly id: string;
  /** What must not be torn apart between training and test. */
  readonly group: string;
  readonly text: string;
  readonly previous?: Row | undefined;
}

/** Turns of the written conversations, by the kind of source they come from. */
const PER_SOURCE: Readonly<Record<string, number>> = { canard: 60, cast: 75, mtbench: 75, sgd: 90 };
const PER_CONVERSATION = 2;
const PER_INTENT = 25;
const WRITTEN = ['threads_A', 'threads_B', 'threads_C'];

type SourceRow = Row & { readonly source: string };

const hashOf = (word: string): string => createHash('sha256').update(word).digest('hex');
const shuffled = <T extends { readonly id: string }>(rows: readonly T[], seed: string): T[] =>
  rows
    .map((row) => ({ row, key: hashOf(`${seed} ${row.id}`) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);

/** Each row with the turn before it in its conversation; none for orphans, whose beginning is withheld. */
export function conversations(data: string, corpus: string): Prompt[] {
  const byConversation = Map.groupBy(readRows<SourceRow>(join(data, `${corpus}.jsonl`)), ({ conv }) => conv);
  return [...byConversation.values()].flatMap((rows) => {
    const turns = rows.toSorted((a, b) => a.turn - b.turn || a.ts - b.ts);
    return turns.map((row, at) => ({
      corpus,
      id: row.id,
      group: row.conv,
      text: row.text,
      previous: row.orphan === true ? undefined : turns[at - 1],
    }));
  });
}

export function singles(data: string): Prompt[] {
  return readRows<{ id: string; text: string }>(join(data, 'intents.jsonl')).map(({ id, text }) => ({
    corpus: 'intents',
    id,
    group: text.toLowerCase(),
    text,
  }));
}

export function sample(data: string): Prompt[] {
  const sourceOf = new Map(readRows<SourceRow>(join(data, 'threads_A.jsonl')).map(({ conv, source }) => [conv, source]));
  const taken = new Map<string, number>();
  const written = Object.entries(PER_SOURCE).flatMap(([source, wanted]) =>
    WRITTEN.flatMap((corpus, nth) => {
      // A conversation is in all three sets, at other times: each set gives other ones.
      const rows = conversations(data, corpus).filter(
        ({ group, previous }) =>
          previous !== undefined && (sourceOf.get(group) ?? '').startsWith(source) && parseInt(hashOf(group).slice(0, 8), 16) % 3 === nth,
      );
      return shuffled(rows, 'sample')
        .filter(({ group }) => {
          taken.set(group, (taken.get(group) ?? 0) + 1);
          return (taken.get(group) ?? 0) <= PER_CONVERSATION;
        })
        .slice(0, wanted / 3);
    }),
  );
  const intents = Map.groupBy(readRows<{ id: string; text: string; intent: string }>(join(data, 'intents.jsonl')), ({ intent }) => intent);
  const wantedSingles = new Set([...intents.values()].flatMap((rows) => shuffled(rows, 'sample').slice(0, PER_INTENT)).map(({ id }) => id));
  return [...conversations(data, 'threads_real'), ...written, ...singles(data).filter(({ id }) => wantedSingles.has(id))];
}

function main(args: readonly string[]): void {
  const valueOf = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const out = valueOf('--out');
  if (out === undefined) throw new Error('--out FILE is missing: where the prompts to label go, outside the repository');
  const seed = valueOf('--seed');
  const drawn = sample(dataFolder(args));
  const ordered = seed === undefined ? drawn : shuffled(drawn, seed);
  const rows = ordered.map(({ corpus, id, text, previous }) => ({ corpus, id, before: previous?.text, answer: previous?.response, text }));
  writeFileSync(out, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  console.error(`${rows.length} prompts`);
}

if (import.meta.main) main(process.argv.slice(2));
