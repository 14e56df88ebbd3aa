// From which probability on a request that joins no thread is called orphaned: chosen on cross-validated decisions, for each fold
// on those about other people and conversations than it is judged by.
import type { Position } from '../src/threads/index.ts';
import { Linker } from '../src/threads/infer/linker.ts';
import { PrincipalState } from '../src/threads/state.ts';
import type { Log } from './corpus.ts';
import {
  conversationsOf,
  crossValidated,
  NAMES,
  overFolds,
  peopleOf,
  weightsOf,
  type FoldWeights,
  type SetName,
  type Sets,
} from './cross-validation.ts';
import { macroF1 } from './score.ts';

const FOLDS = [0, 1, 2, 3];
const TRIED = Array.from({ length: 38 }, (_, i) => Number((0.06 + 0.02 * i).toFixed(2)));
/** Thresholds on either side whose figures count as much: with so few orphans each alone is a matter of luck. */
const NEIGHBOURS = 2;

/** A request that was placed: where it stands if it is not called orphaned, and how likely it is that (0: it joins a thread). */
interface Judged {
  readonly set: SetName;
  readonly conversation: string;
  readonly truth: string;
  readonly otherwise: Position;
  readonly orphanedness: number;
}

/** The threshold over the decisions of all folds; with `hidden`, over those about other conversations than these. */
export function thresholdOver(sets: Sets, folds: FoldWeights): (hidden?: ReadonlySet<string>) => number {
  const judged = NAMES.flatMap((name) => judgedIn(sets, name, folds));
  return (hidden = new Set()) => bestOf(judged.filter(({ conversation }) => !hidden.has(conversation)));
}

/** Each fold's weights with the threshold that the others choose. */
export function thresholded(sets: Sets, folds: FoldWeights): FoldWeights {
  const choose = thresholdOver(sets, folds);
  return overFolds((name, fold) => ({
    ...weightsOf(folds, name, fold),
    orphanedFrom: choose(conversationsOf(peopleOf(sets, name, fold))),
  }));
}

function judgedIn(sets: Sets, name: SetName, folds: FoldWeights): Judged[] {
  const never = overFolds((set, fold) => ({ ...weightsOf(folds, set, fold), orphanedFrom: Infinity }));
  const placements = crossValidated(sets, name, never);
  return FOLDS.flatMap((fold) => {
    const linker = new Linker(weightsOf(folds, name, fold));
    return peopleOf(sets, name, fold).flatMap((log: Log) => {
      const state = new PrincipalState();
      return log.flatMap(({ turn, row }): Judged[] => {
        const placement = placements.get(turn.id);
        if (placement === undefined) return [];
        const best = placement.isNew ? linker.score(turn, state)[0] : undefined;
        const { threadId, sessionId, position } = placement;
        state.add({ turn, threadId, sessionId, position, placement });
        const orphanedness = best === undefined ? 0 : linker.orphanedness(best);
        return [{ set: name, conversation: row.conv, truth: row.pos, otherwise: position, orphanedness }];
      });
    });
  });
}

/** The threshold under which positions are told best, all sets weighing the same. */
function bestOf(judged: readonly Judged[]): number {
  const figures = TRIED.map((from) =>
    NAMES.reduce(
      (sum, name) =>
        sum +
        positionF1(
          judged.filter(({ set }) => set === name),
          from,
        ),
      0,
    ),
  );
  const around = figures.map((_, i) => {
    const near = figures.slice(Math.max(0, i - NEIGHBOURS), i + NEIGHBOURS + 1);
    return near.reduce((sum, figure) => sum + figure, 0) / near.length;
  });
  return TRIED[around.indexOf(Math.max(...around))] ?? 1;
}

function positionF1(judged: readonly Judged[], from: number): number {
  const cells = new Map<string, number>();
  for (const { truth, otherwise, orphanedness } of judged) {
    const cell = `${truth}>${orphanedness >= from ? 'orphaned' : otherwise}`;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return macroF1(cells);
}
