// What the linker would decide under a tuning, on evidence that is kept, and how good that is.
import { logOdds, rescaled, sigmoid, softmax, tunedScore } from '../threads/index.ts';
import { calibrationError } from './figures.ts';
import type { Bin, KeptVerdict, Outcome, TuningView } from './types.ts';

export interface Decision {
  /** Index of the candidate that is joined; −1: a new thread. */
  readonly joined: number;
  readonly isRight: boolean;
  /** Of what was decided, and as it would be stated. */
  readonly probability: number;
  readonly confidence: number;
}

/**
 * Exact where nothing is tuned; else candidates beyond those kept count as older ones at the centre of the time model. A
 * conversation that pauses for longer than inference reaches back counts as two, as nothing could join them.
 */
export function decide({ guess, right }: KeptVerdict, tuning: TuningView): Decision {
  const { candidates, rest, certainty } = guess;
  const scores = candidates.map((candidate) => tunedScore(candidate, tuning));
  const probabilities = softmax(rest === undefined ? scores : [...scores, tuning.time.scale * rest + tuning.time.older]);
  let best = -1;
  for (let i = 0; i < candidates.length; i++) if (best < 0 || (probabilities[i] ?? 0) > (probabilities[best] ?? 0)) best = i;
  const highest = probabilities[best] ?? 0;
  const joins = best >= 0 && highest > tuning.joinFrom;
  const probability = joins ? highest : 1 - probabilities.reduce((sum, one) => sum + one, 0);
  const stated =
    candidates.length === 0 ? 1 : rescaled(sigmoid(certainty.slope * logOdds(probability) + certainty.offset), tuning.confidence);
  return { joined: joins ? best : -1, isRight: joins ? best === right : right < 0, probability, confidence: stated };
}

/** True for a guess that was one: a thread could have been joined. */
export const hadChoice = ({ guess }: KeptVerdict): boolean => guess.candidates.length > 0;

const f1 = (precision: number, recall: number): number => (precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall));

/** Verdicts in order of time. */
export function outcomeOf(verdicts: readonly KeptVerdict[], tuning: TuningView): Outcome {
  const decisions = verdicts.map((verdict) => decide(verdict, tuning));
  let [joins, trueJoins, reachable] = [0, 0, 0];
  verdicts.forEach(({ right }, i) => {
    const { joined, isRight } = decisions[i] ?? { joined: -1, isRight: false };
    joins += joined >= 0 ? 1 : 0;
    trueJoins += joined >= 0 && isRight ? 1 : 0;
    reachable += right >= 0 ? 1 : 0;
  });
  const precision = joins === 0 ? null : trueJoins / joins;
  const recall = reachable === 0 ? null : trueJoins / reachable;
  return {
    precision,
    recall,
    f1: precision === null || recall === null ? null : f1(precision, recall),
    bCubed: bCubedOf(verdicts, decisions),
    ece: calibrationError(binsOf(decisions.filter((_, i) => hadChoice(verdicts[i] as KeptVerdict)))),
    joins,
    falseJoins: joins - trueJoins,
  };
}

/** How much of each request's thread and conversation they share, where each decision goes on from the newest request of its thread. */
function bCubedOf(verdicts: readonly KeptVerdict[], decisions: readonly Decision[]): Outcome['bCubed'] {
  const [found, true_] = [new Map<string, string>(), new Map<string, string>()];
  const clusterOf = (clusters: Map<string, string>, id: string): string => clusters.get(id) ?? id;
  const pairs = verdicts.map(({ requestId, guess, right }, i) => {
    const from = (index: number | undefined): string | undefined =>
      index === undefined || index < 0 ? undefined : guess.candidates[index]?.last;
    const [guessed, proven] = [from(decisions[i]?.joined), from(right)];
    found.set(requestId, guessed === undefined ? requestId : clusterOf(found, guessed));
    true_.set(requestId, proven === undefined ? requestId : clusterOf(true_, proven));
    return [clusterOf(found, requestId), clusterOf(true_, requestId)] as const;
  });
  const size = (key: (pair: readonly [string, string]) => string): Map<string, number> => {
    const sizes = new Map<string, number>();
    for (const pair of pairs) sizes.set(key(pair), (sizes.get(key(pair)) ?? 0) + 1);
    return sizes;
  };
  const [threads, conversations, both] = [size(([thread]) => thread), size(([, one]) => one), size((pair) => JSON.stringify(pair))];
  let [precision, recall] = [0, 0];
  for (const pair of pairs) {
    const shared = both.get(JSON.stringify(pair)) ?? 0;
    precision += shared / (threads.get(pair[0]) ?? 1) / pairs.length;
    recall += shared / (conversations.get(pair[1]) ?? 1) / pairs.length;
  }
  return { precision, recall, f1: f1(precision, recall) };
}

function binsOf(decisions: readonly Decision[]): readonly Bin[] {
  return Array.from({ length: 10 }, (_, bin) => {
    const own = decisions.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === bin);
    const n = own.length;
    const mean = (value: (decision: Decision) => number): number | null =>
      n === 0 ? null : own.reduce((sum, one) => sum + value(one), 0) / n;
    return {
      from: bin / 10,
      to: (bin + 1) / 10,
      n,
      stated: mean(({ confidence }) => confidence),
      right: mean(({ isRight }) => Number(isRight)),
    };
  });
}
