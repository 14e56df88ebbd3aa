import { CONTENT_TERMS, TIME_TERMS, type Term } from '../src/threads/infer/terms.ts';
import { Linker, textProbability } from '../src/threads/infer/linker.ts';
import type { Features } from '../src/threads/infer/features.ts';
import type { LinkerWeights, TextModel } from '../src/threads/infer/weights.ts';
import { fitChoices, type Choice } from './conditional-logit.ts';
import { foldOf, type Labelled, type Log } from './corpus.ts';
import { fitTextModel, type TextExample } from './text-model.ts';
import { decisionsOf, type Chooser, type Decision, type FollowUpProbability } from './walk.ts';

const FOLLOW_UP_FOLDS = 4;
/** Probability from which training's own states join a thread: more of them than serving does, so that it sees wrong ones. */
const TAUGHT_FROM = 0.5;
const UNCALIBRATED = { slope: 1, offset: 0, perAlternation: 0, perActive: 0, perAnswerLength: 0 } satisfies LinkerWeights['calibration'];

export interface FitOptions {
  readonly l2: number;
  /** L2 on the follow-up detector's part that reads the embedding. */
  readonly vectorPenalty: number;
  readonly realTraffic: LinkerWeights['realTraffic'];
  readonly caution: LinkerWeights['caution'];
  readonly gapRule: LinkerWeights['gapRule'];
  readonly joinFrom: number;
  readonly orphanedFrom: number;
}

/** Fits all weights on the logs: the follow-up detector, then the sum; the sum once more with the linker's own states. */
export function fitLinker(logs: readonly Log[], options: FitOptions): LinkerWeights {
  const labelled = logs.flat();
  const followUp = fitFollowUp(labelled, options.vectorPenalty);
  const outOfFold = crossFitted(labelled, options.vectorPenalty);
  const first = fitSums(
    logs.flatMap((log) => decisionsOf(log, outOfFold)),
    options,
  );
  const chooser = chooserOf({ ...first, followUp });
  const second = fitSums(
    logs.flatMap((log) => [...decisionsOf(log, outOfFold), ...decisionsOf(log, outOfFold, chooser)]),
    options,
  );
  return { ...second, followUp };
}

/** Follow-up: any turn but a conversation's first. Turns whose history was withheld say nothing. */
export function fitFollowUp(labelled: readonly Labelled[], vectorPenalty: number): TextModel {
  const seen = new Set<string>();
  const examples: TextExample[] = [];
  for (const { row, turn } of labelled) {
    const key = JSON.stringify([row.text, row.turn > 1]);
    if (row.orphan === true || turn.vector === undefined || seen.has(key)) continue;
    seen.add(key);
    examples.push({ text: row.text, vector: turn.vector, positive: row.turn > 1 });
  }
  return fitTextModel(examples, vectorPenalty);
}

/** For training, a detector that never saw the conversation it judges. */
function crossFitted(labelled: readonly Labelled[], vectorPenalty: number): FollowUpProbability {
  const fold = new Map(labelled.map(({ row, turn }) => [turn.id, foldOf(row.conv, FOLLOW_UP_FOLDS)]));
  const models = Array.from({ length: FOLLOW_UP_FOLDS }, (_, k) =>
    fitFollowUp(
      labelled.filter(({ turn }) => fold.get(turn.id) !== k),
      vectorPenalty,
    ),
  );
  return (turn, traits) => {
    const model = models[fold.get(turn.id) ?? 0];
    return model === undefined ? 0.5 : textProbability(model, turn.vector, traits);
  };
}

type Sums = Omit<LinkerWeights, 'followUp'>;

function fitSums(decisions: readonly Decision[], { l2, realTraffic, caution, gapRule, joinFrom, orphanedFrom }: FitOptions): Sums {
  const weights = fitTerms(decisions, [...TIME_TERMS, ...CONTENT_TERMS], ['content'], l2);
  const only = (some: readonly Term[]): Record<string, number> => Object.fromEntries(some.map(({ name }) => [name, weights[name] ?? 0]));
  return {
    version: 1,
    time: only(TIME_TERMS),
    timeAlone: fitTerms(decisions, TIME_TERMS, ['newest', 'older'], l2),
    content: only(CONTENT_TERMS),
    means: { ...meansOf(decisions, TIME_TERMS), ...meansOf(decisions, CONTENT_TERMS) },
    realTraffic,
    caution,
    gapRule,
    joinFrom,
    orphanedFrom,
    calibration: UNCALIBRATED,
  };
}

function fitTerms(
  decisions: readonly Decision[],
  terms: readonly Term[],
  constants: readonly string[],
  l2: number,
): Record<string, number> {
  const choices = decisions.map(({ features, right }): Choice => ({ rows: rowsOf(features, terms), right }));
  return named(terms, fitChoices(choices, terms.length, l2), constants);
}

const rowsOf = (features: readonly Features[], terms: readonly Term[]): Float64Array[] =>
  features.map((one) => Float64Array.from(terms, (term) => term.value(one)));

const meansOf = (decisions: readonly Decision[], terms: readonly Term[]): Record<string, number> => {
  const all = decisions.flatMap(({ features }) => features);
  return Object.fromEntries(terms.map((term) => [term.name, all.reduce((sum, one) => sum + term.value(one), 0) / all.length]));
};

/** Weights by name; the constant goes to the terms that sum to one on every candidate. */
function named(
  terms: readonly Term[],
  fitted: { readonly weights: Float64Array; readonly bias: number },
  constants: readonly string[],
): Record<string, number> {
  const weights = Object.fromEntries(terms.map((term, j) => [term.name, fitted.weights[j] ?? 0]));
  for (const name of constants) weights[name] = (weights[name] ?? 0) + fitted.bias;
  return weights;
}

/** The decision of the weights, as training sees it. */
export function chooserOf(weights: LinkerWeights): Chooser {
  const linker = new Linker(weights);
  return (features) => {
    const probabilities = linker.probabilities(features);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return (probabilities[best] ?? 0) > TAUGHT_FROM ? best : -1;
  };
}

/** Chosen on cross-validated figures of all sets, the real log among them; that log itself is never fitted to. */
export const DEFAULT_FIT: FitOptions = {
  l2: 3,
  vectorPenalty: 3,
  realTraffic: { from: 0.6, over: 0.4 },
  caution: { base: 1, perAlternation: 8, perLogGap: 4, fromSeconds: 300 },
  gapRule: { strength: 3, gapSeconds: 2700, upToAlternation: 0.3 },
  joinFrom: 0.55,
  orphanedFrom: 0.8,
};
