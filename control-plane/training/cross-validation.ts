// Honest decisions: a quarter of a set's people are judged by weights that saw neither them nor, in any set, a conversation
// of theirs; then the next quarter.
import { join } from 'node:path';
import { PrincipalThreads, WINDOW_SECONDS, type LinkingOptions, type Placement } from '../src/threads/index.ts';
import { candidatesFor } from '../src/threads/infer/features.ts';
import type { LinkerWeights } from '../src/threads/infer/weights.ts';
import { PrincipalState } from '../src/threads/state.ts';
import { foldOf, readLogs, type Embeddings, type Log } from './corpus.ts';

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

/** What the people of a fold may be judged by: the others of their set, and the other sets without their conversations. */
function trainingLogs(sets: Sets, name: SetName, fold: number): Log[] {
  const judged = peopleOf(sets, name, fold);
  const hidden = new Set(judged.flatMap((log) => log.map(({ row }) => row.conv)));
  return allLogs(sets)
    .map((log) => log.filter(({ row }) => !hidden.has(row.conv)))
    .filter((log) => log.length > 1);
}

const peopleOf = (sets: Sets, name: SetName, fold: number): Log[] =>
  [...sets[name]].filter(([user]) => foldOf(user, FOLDS.length) === fold).map(([, log]) => log);

export function crossValidated(sets: Sets, name: SetName, fit: (logs: readonly Log[]) => LinkerWeights, options: Options = {}): Placements {
  const folds = FOLDS.map((fold) => replay(peopleOf(sets, name, fold), { ...options, weights: fit(trainingLogs(sets, name, fold)) }));
  return new Map(folds.flatMap((placements) => [...placements]));
}

/** A decision with the confidence it was given, and whether it was right at that moment. */
export interface Outcome {
  readonly confidence: number;
  readonly right: boolean;
  readonly joined: boolean;
  readonly alternation: number;
  readonly activeInSession: number;
  readonly answerLength: number;
}

export function outcomesOf(logs: readonly Log[], placements: Placements): Outcome[] {
  return logs.flatMap((log) => {
    const newestTruth = new Map<string, string>();
    const lastSeen = new Map<string, number>();
    const state = new PrincipalState();
    return log.flatMap(({ turn, truth }) => {
      const placement = placements.get(turn.id);
      if (placement === undefined) return [];
      const known = turn.at - (lastSeen.get(truth) ?? -Infinity) <= WINDOW_SECONDS;
      const right = placement.isNew ? !known : newestTruth.get(placement.threadId) === truth;
      const circumstances = candidatesFor(turn, state, () => 0)[0]?.features;
      newestTruth.set(placement.threadId, truth);
      lastSeen.set(truth, turn.at);
      const { threadId, sessionId, position } = placement;
      state.add({ turn, threadId, sessionId, position, placement });
      // Without a candidate there was nothing to decide.
      if (circumstances === undefined) return [];
      const { alternation, activeInSession, answerLength } = circumstances;
      return [{ confidence: placement.confidence, right, joined: !placement.isNew, alternation, activeInSession, answerLength }];
    });
  });
}
