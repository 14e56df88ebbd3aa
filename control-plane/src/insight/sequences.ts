// Which courses of follow-ups end well, and what mends a conversation that went wrong. One observation a thread, so that a
// long one does not count for many.
import { wilson } from './interval.ts';
import type { SequenceThread, SequenceTurn } from './ports.ts';
import type { RepairShare, SequenceReport, SequenceShare, Step, Trouble } from './views.ts';

const LONGEST = 3;
/** Below so many threads a share says little. */
const SMALL = 20;
const MOST_SHOWN = 200;
/** Requests without a user count as one. */
const NOBODY = '';

interface Tally {
  threads: number;
  succeeded: number;
  readonly users: Set<string>;
}

export interface SequenceTally {
  add(thread: SequenceThread): void;
  report(time: { readonly from: string; readonly to: string }, minThreads: number, isCapped: boolean): SequenceReport;
}

export const succeeded = ({ outcome }: SequenceThread): boolean => outcome === 'completed' || outcome === 'corrected';

export function tallySequences(): SequenceTally {
  const outcomes = { open: 0, completed: 0, corrected: 0, abandoned: 0, failed: 0 };
  const sequences = new Map<string, Tally & { readonly sequence: readonly Step[] }>();
  const repairs = new Map<string, Tally & Pick<RepairShare, 'trouble' | 'move' | 'otherModel'>>();
  const all: Tally = { threads: 0, succeeded: 0, users: new Set() };
  return {
    add(thread) {
      if (thread.turns.length < 2) return;
      outcomes[thread.outcome]++;
      if (thread.outcome === 'open') return;
      count(all, thread, succeeded(thread));
      for (const sequence of sequencesIn(thread.turns))
        count(entry(sequences, sequence.join('>'), { sequence }), thread, succeeded(thread));
      for (const { id, isMended, ...repair } of repairsIn(thread)) count(entry(repairs, id, repair), thread, isMended);
    },
    report({ from, to }, minThreads, isCapped) {
      const kept = [...sequences].filter(([, { threads }]) => threads >= minThreads);
      const keptRepairs = [...repairs].filter(([, { threads }]) => threads >= minThreads);
      return {
        from,
        to,
        threads: all.threads,
        openThreads: outcomes.open,
        isCapped,
        minThreads,
        suppressed: sequences.size - kept.length + repairs.size - keptRepairs.length,
        outcomes,
        baseline: wilson(all.succeeded, all.threads),
        items: kept
          .map(([id, tally]) => sequenceShare(id, tally, all))
          .toSorted(mostFirst)
          .slice(0, MOST_SHOWN),
        next: null,
        repairs: keptRepairs
          .map(([id, { trouble, move, otherModel, ...tally }]) => ({
            id,
            trouble,
            move,
            otherModel,
            users: tally.users.size,
            isSmall: tally.threads < SMALL,
            ...wilson(tally.succeeded, tally.threads),
          }))
          .toSorted(mostFirst)
          .slice(0, MOST_SHOWN),
      };
    },
  };
}

function entry<T extends object>(tallies: Map<string, Tally & T>, id: string, fields: T): Tally & T {
  const known = tallies.get(id);
  if (known !== undefined) return known;
  const tally = { threads: 0, succeeded: 0, users: new Set<string>(), ...fields };
  tallies.set(id, tally);
  return tally;
}

function count(tally: Tally, { principal }: SequenceThread, isSuccess: boolean): void {
  tally.threads++;
  tally.succeeded += isSuccess ? 1 : 0;
  tally.users.add(principal ?? NOBODY);
}

const mostFirst = (a: { readonly threads: number; readonly id: string }, b: { readonly threads: number; readonly id: string }): number =>
  b.threads - a.threads || (a.id < b.id ? -1 : 1);

function sequenceShare(id: string, { sequence, ...tally }: Tally & { readonly sequence: readonly Step[] }, all: Tally): SequenceShare {
  const share = wilson(tally.succeeded, tally.threads);
  const others = wilson(all.succeeded - tally.succeeded, all.threads - tally.threads);
  const isSmall = tally.threads < SMALL;
  const comparable = !isSmall && others.threads >= SMALL;
  const baseline = all.succeeded / all.threads;
  return {
    id,
    sequence,
    users: tally.users.size,
    ...share,
    lift: baseline === 0 ? null : share.share / baseline,
    isSmall,
    differs: comparable && share.low > others.high ? 'better' : comparable && share.high < others.low ? 'worse' : null,
  };
}

const stepOf = ({ followUp }: SequenceTurn): Step => followUp ?? 'self_contained';

/** The distinct runs of one to three steps after the first turn. */
function sequencesIn(turns: readonly SequenceTurn[]): Step[][] {
  const steps = turns.slice(1).map(stepOf);
  const found = new Map<string, Step[]>();
  for (let length = 1; length <= LONGEST; length++) {
    for (let at = 0; at + length <= steps.length; at++) {
      const run = steps.slice(at, at + length);
      found.set(run.join('>'), run);
    }
  }
  return [...found.values()];
}

type Repair = Pick<RepairShare, 'id' | 'trouble' | 'move' | 'otherModel'> & { readonly isMended: boolean };

/** The first time that each trouble was met with each move. */
function repairsIn(thread: SequenceThread): Repair[] {
  const found = new Map<string, Repair>();
  thread.turns.forEach((turn, at) => {
    for (const trouble of troublesOf(turn, at)) {
      const next = thread.turns[at + 1];
      const move = next === undefined ? 'left' : stepOf(next);
      const otherModel = next?.model != null && turn.model !== null && next.model !== turn.model;
      const id = `${trouble}:${move}${otherModel ? '+other_model' : ''}`;
      if (!found.has(id)) found.set(id, { id, trouble, move, otherModel, isMended: isMended(thread, at + 1) });
    }
  });
  return [...found.values()];
}

function troublesOf(turn: SequenceTurn, at: number): Trouble[] {
  return [
    ...(at > 0 && turn.followUp === 'correction' ? ['correction' as const] : []),
    ...(at > 0 && turn.followUp === 'repeat' ? ['repeat' as const] : []),
    ...(turn.truncated ? ['truncation' as const] : []),
    ...(turn.outcome === 'error' ? ['error' as const] : []),
    ...(turn.outcome === 'blocked' ? ['blocked' as const] : []),
    ...(turn.thumbedDown ? ['thumbs_down' as const] : []),
  ];
}

/** The answer to the turn came and was accepted; of the last turn the thread's outcome tells, also where the user left. */
function isMended(thread: SequenceThread, at: number): boolean {
  const [turn, next] = [thread.turns[at], thread.turns[at + 1]];
  if (turn === undefined || next === undefined) return succeeded(thread) && turn?.thumbedDown !== true;
  const answered = turn.outcome !== 'error' && turn.outcome !== 'blocked' && turn.outcome !== 'aborted' && !turn.thumbedDown;
  return answered && next.followUp !== 'correction' && next.followUp !== 'repeat';
}
