// Walks a person's log through the linker's own state, with the threads that a teacher gives.
import { candidatesFor, type Features, type Reader } from '../src/threads/infer/features.ts';
import { PrincipalState } from '../src/threads/state.ts';
import type { Log } from './corpus.ts';

/** A decision seen while walking: the candidates' features and which of them is right (−1: none). */
export interface Decision {
  readonly features: readonly Features[];
  readonly right: number;
  readonly orphan: boolean;
}

/** Chooses a candidate, −1 for a new thread. */
export type Chooser = (features: readonly Features[]) => number;

/** Decisions along the log. Without a chooser the true threads are built; with one, its own. */
export function decisionsOf(log: Log, reader: Reader, choose?: Chooser): Decision[] {
  const state = new PrincipalState();
  const truths = new Map<string, string>();
  const decisions: Decision[] = [];
  for (const { turn, truth, row } of log) {
    const candidates = candidatesFor(turn, state, reader);
    const features = candidates.map((candidate) => candidate.features);
    // Several fragments of the true conversation: the newest is the right one to go on with; candidates come newest first.
    const right = candidates.findIndex(({ last }) => truths.get(last.entry.turn.id) === truth);
    if (features.length > 0) decisions.push({ features, right, orphan: row.orphan === true });
    const chosen = candidates[choose === undefined ? right : choose(features)];
    const threadId = chosen?.thread.id ?? turn.id;
    truths.set(turn.id, truth);
    state.add({ turn, threadId, sessionId: '', position: 'first', placement: undefined });
  }
  return decisions;
}
