// Honest decisions: a quarter of a set's people are judged by weights that saw neither them nor, in any set, a conversation
// of theirs; then the next quarter.
import { join } from 'node:path';
import { PrincipalThreads, WINDOW_SECONDS, type LinkingOptions, type Placement } from '../src/threads/index.ts';
import { candidatesFor, type Reader } from '../src/threads/infer/features.ts';
import { realness } from '../src/threads/infer/linker.ts';
import type { LinkerWeights } from '../src/threads/infer/weights.ts';
import { PrincipalState } from '../src/threads/state.ts';
import { fitCalibration, fitUnheardOffset, type Outcome } from './calibration.ts';
import { foldOf, readLogs, type Embeddings, type Log } from './corpus.ts';
import { withoutAnswers } from './unheard.ts';

export const NAMES = ['A', 'B', 'C'] as const;
export type SetName = (typeof NAMES)[number];
export type Sets = Readonly<Record<SetName, ReadonlyMap<string, Log>>>;
export type Options = Omit<LinkingOptions, 'threadIdSeed'>;
export type Placements = ReadonlyMap<string, Placement>;

const FOLDS = [0, 1, 2, 3] as const;

export const readSets = (data: string, embeddings: Embeddings): Sets => ({
  A: readLogs(join(data, 'threads_A.jsonl'), embeddings),
  B: readLogs(join(data, 'threads_B.jsonl'), embeddings),
  C: readLogs(join(data, 'threads_C.jsonl'), embeddings),
});

/** The same people, whose answers nobody captured. */
export function mutedSets(sets: Sets): Sets {
  const muted = (name: SetName): ReadonlyMap<string, Log> => new Map([...sets[name]].map(([user, log]) => [user, withoutAnswers(log)]));
  return { A: muted('A'), B: muted('B'), C: muted('C') };
}

export const allLogs = (sets: Sets): Log[] => NAMES.flatMap((name) => [...sets[name].values()]);

/** Decides people's logs through the linker as it is served. */
export function replay(logs: readonly Log[], options: Options): Placements {
  const placements = new Map<string, Placement>();
  for (const log of logs) {
    const threads = new PrincipalThreads({ ...options, threadIdSeed: log[0]?.row.user ?? '' });
    for (const { turn } of log) placements.set(turn.id, threads.place(turn));
  }
  return placements;
}

export const peopleOf = (sets: Sets, name: SetName, fold: number): Log[] =>
  [...sets[name]].filter(([user]) => foldOf(user, FOLDS.length) === fold).map(([, log]) => log);

export const conversationsOf = (logs: readonly Log[]): Set<string> => new Set(logs.flatMap((log) => log.map(({ row }) => row.conv)));

/** For each fold of each set, weights that saw neither its people nor a conversation of theirs. */
export type FoldWeights = Readonly<Record<SetName, readonly LinkerWeights[]>>;

export const overFolds = (of: (name: SetName, fold: number) => LinkerWeights): FoldWeights => ({
  A: FOLDS.map((fold) => of('A', fold)),
  B: FOLDS.map((fold) => of('B', fold)),
  C: FOLDS.map((fold) => of('C', fold)),
});

export const fitFolds = (sets: Sets, fit: (logs: readonly Log[]) => LinkerWeights): FoldWeights =>
  overFolds((name, fold) => {
    const hidden = conversationsOf(peopleOf(sets, name, fold));
    return fit(
      allLogs(sets)
        .map((log) => log.filter(({ row }) => !hidden.has(row.conv)))
        .filter((log) => log.length > 1),
    );
  });

/** The people of each fold, judged by its weights. */
export function crossValidated(sets: Sets, name: SetName, folds: FoldWeights, options: Options = {}): Placements {
  return new Map(FOLDS.flatMap((fold) => [...replay(peopleOf(sets, name, fold), { ...options, weights: weightsOf(folds, name, fold) })]));
}

export function weightsOf(folds: FoldWeights, name: SetName, fold: number): LinkerWeights {
  const weights = folds[name][fold];
  if (weights === undefined) throw new Error(`weights of fold ${fold} of ${name} are missing: run train.ts again`);
  return weights;
}

/**
 * How much a decision counts for the calibration. Those of people who work in parallel count more: what is stated as sure must
 * hold for them too, at the price that others read a little less than they could.
 */
const COUNTS: Readonly<Record<SetName, number>> = { A: 1, B: 1.5, C: 1 };

/** The calibration on the decisions of all folds; with `hidden`, on those about other conversations than these. */
export type Calibrator = (hidden?: ReadonlySet<string>) => LinkerWeights['calibration'];

export function calibratorOver(sets: Sets, folds: FoldWeights, realTraffic: LinkerWeights['realTraffic']): Calibrator {
  const outcomesIn = (some: Sets): Outcome[] =>
    NAMES.flatMap((name) =>
      outcomesOf([...some[name].values()], crossValidated(some, name, folds)).map((one) => ({ ...one, count: COUNTS[name] })),
    );
  const outcomes = outcomesIn(sets);
  const unheard = outcomesIn(mutedSets(sets));
  const real = (outcome: Outcome): number => realness(outcome, { realTraffic });
  return (hidden = new Set()) => {
    const seen = (some: readonly Outcome[]): Outcome[] => some.filter(({ conversation }) => !hidden.has(conversation));
    const calibration = fitCalibration(seen(outcomes), real);
    return { ...calibration, perUnheard: fitUnheardOffset(seen(unheard), calibration, real) };
  };
}

/** Each fold's weights, calibrated on decisions about other people and other conversations than it is judged by. */
export function calibrated(sets: Sets, folds: FoldWeights): FoldWeights {
  const calibrate = calibratorOver(sets, folds, weightsOf(folds, 'A', 0).realTraffic);
  return overFolds((name, fold) => ({
    ...weightsOf(folds, name, fold),
    calibration: calibrate(conversationsOf(peopleOf(sets, name, fold))),
  }));
}

/** Circumstances are read from times and embeddings alone. */
const UNREAD: Reader = { followUp: () => 0, projection: () => undefined };

export function outcomesOf(logs: readonly Log[], placements: Placements): Outcome[] {
  return logs.flatMap((log) => {
    const newestTruth = new Map<string, string>();
    const lastSeen = new Map<string, number>();
    const state = new PrincipalState();
    return log.flatMap(({ turn, truth, row }) => {
      const placement = placements.get(turn.id);
      if (placement === undefined) return [];
      const known = turn.at - (lastSeen.get(truth) ?? -Infinity) <= WINDOW_SECONDS;
      const right = placement.isNew ? !known : newestTruth.get(placement.threadId) === truth;
      const circumstances = candidatesFor(turn, state, UNREAD)[0]?.features;
      newestTruth.set(placement.threadId, truth);
      lastSeen.set(truth, turn.at);
      const { threadId, sessionId, position } = placement;
      state.add({ turn, threadId, sessionId, position, placement });
      // Without a candidate there was nothing to decide.
      if (circumstances === undefined) return [];
      const { alternation, activeInSession, recentSwitches, answerLength, unheard, promptLength } = circumstances;
      return [
        {
          conversation: row.conv,
          confidence: placement.confidence,
          right,
          joined: !placement.isNew,
          alternation,
          activeInSession,
          recentSwitches,
          answerLength,
          unheard,
          promptLength,
        },
      ];
    });
  });
}
