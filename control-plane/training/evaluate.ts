// Honest figures of the inferred linker beside the gap rule's. Half of a set's people are scored by weights that saw
// neither them nor, in any set, a conversation of theirs; then the other half. The real log is never trained on.
// usage: node control-plane/training/evaluate.ts --embeddings FILE [--data DIR]
import { join } from 'node:path';
import { PrincipalThreads, type LinkingOptions, type Placement } from '../src/threads/index.ts';
import type { LinkerWeights } from '../src/threads/infer/weights.ts';
import { dataFolder, Embeddings, foldOf, readLogs, type Log } from './corpus.ts';
import { DEFAULT_FIT, fitLinker } from './fit.ts';
import { score, type Decided, type Scores } from './score.ts';

export type Sets = Readonly<Record<'A' | 'B' | 'C', ReadonlyMap<string, Log>>>;
const NAMES = ['A', 'B', 'C'] as const;

/** Weights for the people of a fold: trained on the others of the set, and on the other sets without their conversations. */
export function trainingLogs(sets: Sets, name: (typeof NAMES)[number], fold: number): Log[] {
  const test = [...sets[name]].filter(([user]) => foldOf(user, 2) === fold);
  const hidden = new Set(test.flatMap(([, log]) => log.map(({ row }) => row.conv)));
  return NAMES.flatMap((other) => [...sets[other].values()].map((log) => log.filter(({ row }) => !hidden.has(row.conv)))).filter(
    (log) => log.length > 1,
  );
}

/** Decides a person's log through the linker as it is served. */
export function replay(log: Log, options: Omit<LinkingOptions, 'threadIdSeed'>): Map<string, Placement> {
  const threads = new PrincipalThreads({ ...options, threadIdSeed: log[0]?.row.user ?? '' });
  return new Map(log.map(({ turn }) => [turn.id, threads.place(turn)]));
}

const decidedBy = (logs: readonly Log[], options: Omit<LinkingOptions, 'threadIdSeed'>): Map<string, Decided> =>
  new Map(
    logs.flatMap((log) => [...replay(log, options)].map(([id, { threadId, position }]) => [id, { thread: threadId, position }] as const)),
  );

/** Joins the newest thread when its last request is younger than half an hour. */
function gapRule(logs: readonly Log[]): Map<string, Decided> {
  const decided = new Map<string, Decided>();
  for (const log of logs) {
    let thread = '';
    log.forEach(({ row }, i) => {
      const joined = i > 0 && row.ts - (log[i - 1]?.row.ts ?? 0) <= 1800;
      if (!joined) thread = row.id;
      decided.set(row.id, { thread, position: joined ? 'continuation' : 'first' });
    });
  }
  return decided;
}

const percent = (value: number): string => (100 * value).toFixed(1).padStart(5);
const line = (name: string, scores: Scores): string =>
  `${name.padEnd(24)} link ${percent(scores.linkF1)}  B3 ${percent(scores.bCubedF1)}  new ${percent(scores.newF1)}  position ${percent(scores.positionF1)}`;

export function crossValidated(
  sets: Sets,
  name: (typeof NAMES)[number],
  fit: (logs: readonly Log[]) => LinkerWeights,
): Map<string, Decided> {
  const folds = [0, 1].map((fold) => {
    const logs = [...sets[name]].filter(([user]) => foldOf(user, 2) === fold).map(([, log]) => log);
    return decidedBy(logs, { weights: fit(trainingLogs(sets, name, fold)) });
  });
  return new Map(folds.flatMap((decided) => [...decided]));
}

function main(args: readonly string[]): void {
  const data = dataFolder(args);
  const embeddings = new Embeddings(args[args.indexOf('--embeddings') + 1] ?? '');
  const sets: Sets = {
    A: readLogs(join(data, 'threads_A.jsonl'), embeddings),
    B: readLogs(join(data, 'threads_B.jsonl'), embeddings),
    C: readLogs(join(data, 'threads_C.jsonl'), embeddings),
  };
  const fit = (logs: readonly Log[]): LinkerWeights => fitLinker(logs, DEFAULT_FIT);
  for (const name of NAMES) {
    const logs = [...sets[name].values()];
    console.log(line(`${name} gap rule`, score(logs, gapRule(logs))));
    console.log(line(`${name} linker`, score(logs, crossValidated(sets, name, fit))));
  }
  const real = [...readLogs(join(data, 'threads_real.jsonl'), embeddings).values()];
  const all = fit(NAMES.flatMap((name) => [...sets[name].values()]));
  console.log(line('real gap rule', score(real, gapRule(real))));
  console.log(line('real linker', score(real, decidedBy(real, { weights: all }))));
}

if (import.meta.main) main(process.argv.slice(2));
