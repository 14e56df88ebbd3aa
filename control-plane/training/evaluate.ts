// Prints the figures of the inferred linker beside the gap rule's, by the weights that train.ts fitted; once more as if no answer
// had been captured. The real log is never trained on: the weights that are shipped judge it.
// usage: node control-plane/training/evaluate.ts --embeddings FILE [--tier static] [--data DIR]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESTORE_LIMIT } from '../src/threads/index.ts';
import { SURE } from '../src/threads/infer/linker.ts';
import { SESSION_SECONDS } from '../src/threads/limits.ts';
import { shippedWeights, type LinkerWeights } from '../src/threads/infer/weights.ts';
import wordVectors from '../src/threads/weights/linker-static.json' with { type: 'json' };
import { calibrationError, type Outcome } from './calibration.ts';
import { dataFolder, embeddingsFile, Embeddings, foldOf, foldsFile, readLogs, type Labelled, type Log } from './corpus.ts';
import {
  allLogs,
  calibrated,
  crossValidated,
  mutedSets,
  NAMES,
  outcomesOf,
  readSets,
  replay,
  type FoldWeights,
  type Placements,
  type Sets,
} from './cross-validation.ts';
import { thresholded } from './orphaned.ts';
import { withReturns } from './returns.ts';
import { score, type Decided, type Scores } from './score.ts';
import { withoutAnswers } from './unheard.ts';

const DRAWS = 500;
/** Minutes before a return that is put into the real log. */
const PAUSES = [10, 60];
const percent = (value: number): string => (100 * value).toFixed(1).padStart(5);

/** Joins the newest thread when its last request is younger than a session's pause. */
function gapRule(logs: readonly Log[]): Map<string, Decided> {
  const decided = new Map<string, Decided>();
  for (const log of logs) {
    let thread = '';
    log.forEach(({ row }, i) => {
      const joined = i > 0 && row.ts - (log[i - 1]?.row.ts ?? 0) <= SESSION_SECONDS;
      if (!joined) thread = row.id;
      decided.set(row.id, { thread, position: joined ? 'continuation' : 'first' });
    });
  }
  return decided;
}

function print(name: string, logs: readonly Log[], decided: ReadonlyMap<string, Decided>, more = ''): void {
  const { linkF1, bCubedF1, newF1, positionF1, returns } = score(logs, decided);
  console.log(
    `${name.padEnd(15)} link ${percent(linkF1)}  B3 ${percent(bCubedF1)}  new ${percent(newF1)}  position ${percent(positionF1)}  returns ${returns.found} of ${returns.of}${more}${intervals(logs, decided)}`,
  );
}

/**
 * The middle 95% over resampled people, or over days where there is one person only: draws are numbered, so that the
 * same figures come out each time.
 */
function intervals(logs: readonly Log[], decided: ReadonlyMap<string, Decided>): string {
  const units = logs.length > 1 ? logs : logs.flatMap(daysOf);
  const draws = Array.from({ length: DRAWS }, (_, draw) =>
    score(
      units.map((_one, i) => units[foldOf(`${draw} ${i}`, units.length)] ?? []),
      decided,
    ),
  );
  const middle = (pick: (scores: Scores) => number): string => {
    const sorted = draws.map(pick).toSorted((a, b) => a - b);
    return [0.025, 0.975].map((q) => percent(sorted[Math.floor(q * (DRAWS - 1))] ?? 0).trim()).join('–');
  };
  return `  | 95%: link ${middle(({ linkF1 }) => linkF1)}  B3 ${middle(({ bCubedF1 }) => bCubedF1)}  position ${middle(({ positionF1 }) => positionF1)}`;
}

function daysOf(log: Log): Log[] {
  const days = new Map<number, Labelled[]>();
  for (const one of log) {
    const day = Math.floor(one.row.ts / 86_400);
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  return [...days.values()];
}

const decidedBy = (placements: Placements): Map<string, Decided> =>
  new Map([...placements].map(([id, { threadId, position }]) => [id, { thread: threadId, position }]));

/** Precision of links stated as sure, the share of links that are, and how far confidence is off. */
function trust(outcomes: readonly Outcome[]): string {
  const links = outcomes.filter(({ joined }) => joined);
  const sure = links.filter(({ confidence }) => confidence >= SURE);
  const precision = sure.filter(({ right }) => right).length / sure.length;
  return `  | at ≥ ${SURE}: precision ${percent(precision)} of ${percent(sure.length / links.length)} of links; calibration error ${percent(calibrationError(outcomes))}`;
}

function cost(logs: readonly Log[], weights: LinkerWeights): string {
  const began = process.cpuUsage();
  const placements = replay(logs, { weights });
  const { user, system } = process.cpuUsage(began);
  return `${((user + system) / 1000 / placements.size).toFixed(3)} ms of CPU time`;
}

function main(args: readonly string[]): void {
  const weights: LinkerWeights = args.includes('static') ? wordVectors : shippedWeights;
  const embeddings = new Embeddings(embeddingsFile(args));
  const data = dataFolder(args);
  const sets = readSets(data, embeddings);
  const folds = thresholded(sets, calibrated(sets, JSON.parse(readFileSync(foldsFile(args), 'utf8')) as FoldWeights));
  const judge = (some: Sets, title: string): void =>
    NAMES.forEach((name) => {
      const logs = [...some[name].values()];
      const placements = crossValidated(some, name, folds);
      print(`${name} ${title}`, logs, decidedBy(placements), trust(outcomesOf(logs, placements)));
    });
  for (const name of NAMES) print(`${name} gap rule`, [...sets[name].values()], gapRule([...sets[name].values()]));
  judge(sets, 'linker');
  judge(mutedSets(sets), 'no answers');
  const real = [...readLogs(join(data, 'threads_real.jsonl'), embeddings).values()];
  const validation = new Map<string, readonly Log[]>([
    ['real', real],
    ['real, no answers', real.map(withoutAnswers)],
    ...PAUSES.map((pause) => [`returns ${pause} min`, real.map((log) => withReturns(log, pause))] as const),
  ]);
  for (const [name, logs] of validation) {
    print(`${name} gap rule`, logs, gapRule(logs));
    const placements = replay(logs, { weights });
    print(`${name} linker`, logs, decidedBy(placements), trust(outcomesOf(logs, placements)));
  }
  cost(allLogs(sets), weights);
  console.log(`a decision takes ${cost(allLogs(sets), weights)}; at most ${RESTORE_LIMIT} requests are remembered`);
}

if (import.meta.main) main(process.argv.slice(2));
