import { CONTENT_TERMS, TIME_TERMS, type Term } from '../src/threads/infer/terms.ts';
import { Linker, textProbability } from '../src/threads/infer/linker.ts';
import type { Features } from '../src/threads/infer/features.ts';
import type { LinkerWeights, TextModel } from '../src/threads/infer/weights.ts';
import { fitChoices, type Choice } from './conditional-logit.ts';
import { foldOf, type Labelled, type Log } from './corpus.ts';
import { fitTextModel, type TextExample } from './text-model.ts';
import { decisionsOf, type Chooser, type Decision, type FollowUpProbability } from './walk.ts';

const FOLLOW_UP_FOLDS = 4;

export interface FitOptions {
  readonly l2: number;
  /** L2 on the follow-up detector's part that reads the embedding. */
  readonly vectorPenalty: number;
  readonly caution: LinkerWeights['caution'];
  readonly gapRule: LinkerWeights['gapRule'];
  readonly orphanedFrom: number;
}

/** Fits all weights on the logs: the follow-up detector, then time, then content on top; once more on the linker's own states. */
export function fitLinker(logs: readonly Log[], options: FitOptions): LinkerWeights {
  const labelled = logs.flat();
  const followUp = fitFollowUp(labelled, options.vectorPenalty);
  const outOfFold = crossFitted(labelled, options.vectorPenalty);
  const first = fitStages(
    logs.flatMap((log) => decisionsOf(log, outOfFold)),
    options,
  );
  const chooser = chooserOf({ ...first, followUp });
  const second = fitStages(
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

type Stages = Omit<LinkerWeights, 'followUp'>;

function fitStages(decisions: readonly Decision[], { l2, caution, gapRule, orphanedFrom }: FitOptions): Stages {
  const timeRows = decisions.map(({ features }) => rowsOf(features, TIME_TERMS));
  const time = fitChoices(
    decisions.map(({ right }, i) => ({ rows: timeRows[i] ?? [], offsets: new Float64Array(timeRows[i]?.length ?? 0), right })),
    TIME_TERMS.length,
    l2,
  );
  const content = fitChoices(
    decisions.map(({ features, right }, i): Choice => {
      const offsets = Float64Array.from(
        timeRows[i] ?? [],
        (row) => time.bias + row.reduce((sum, x, j) => sum + x * (time.weights[j] ?? 0), 0),
      );
      return { rows: rowsOf(features, CONTENT_TERMS), offsets, right };
    }),
    CONTENT_TERMS.length,
    l2,
  );
  return {
    version: 1,
    time: named(TIME_TERMS, time, ['newest', 'older']),
    content: named(CONTENT_TERMS, content, ['content']),
    means: { ...meansOf(decisions, TIME_TERMS), ...meansOf(decisions, CONTENT_TERMS) },
    caution,
    gapRule,
    orphanedFrom,
    calibration: { slope: 1, offset: 0 },
  };
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
    return (probabilities[best] ?? 0) > 0.5 ? best : -1;
  };
}

/** Chosen on cross-validated figures of all sets, the real log among them; that log itself is never fitted to. */
export const DEFAULT_FIT: FitOptions = {
  l2: 3,
  vectorPenalty: 3,
  caution: { base: 1, perAlternation: 20, perLogGap: 4, fromSeconds: 300 },
  gapRule: { strength: 1.6, gapSeconds: 2700, upToAlternation: 0.12 },
  orphanedFrom: 0.8,
};
