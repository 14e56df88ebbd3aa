import { CONTENT_TERMS, TIME_TERMS, type Term } from '../src/threads/infer/terms.ts';
import type { TurnInput } from '../src/threads/index.ts';
import type { Features, Reader } from '../src/threads/infer/features.ts';
import { Linker, textProbability } from '../src/threads/infer/linker.ts';
import { FITS_FROM, ORPHAN_TERMS, orphanEvidence } from '../src/threads/infer/orphan.ts';
import { Projection } from '../src/threads/infer/projection.ts';
import { resettled } from './augment.ts';
import { fitProjection } from './projection.ts';
import type { LinkerWeights, TextModel } from '../src/threads/infer/weights.ts';
import { fitChoices, type Choice } from './conditional-logit.ts';
import { foldOf, type Labelled, type Log } from './corpus.ts';
import { fitTextModel, type TextExample } from './text-model.ts';
import { fitUnheard, partlyHeard } from './unheard.ts';
import { decisionsOf, type Chooser, type Decision } from './walk.ts';

const TEXT_FOLDS = 4;
/** Steps of the optimiser: the first weights only lead to the states on which the second ones are fitted; these are fitted to the end. */
const ROUGHLY = 40;
const THOROUGHLY = 500;
/** Probability from which training's own states join a thread: more of them than serving does, so that it sees wrong ones. */
const TAUGHT_FROM = 0.5;
/** Logs with many requests whose beginning is missing, for telling these: how many, the share of torn conversations, and the L2. */
const TORN_COPIES = 2;
const TORN = 0.15;
const ORPHAN_L2 = 60;
/** L2 on the part of the dependence detector that reads the embedding, over that of the follow-up detector. */
const DEPENDENT_L2 = 1 / 3;
/** Until it is chosen on cross-validated decisions. */
const ORPHANED_FROM = 0.4;
const UNCALIBRATED = { slope: 1, offset: 0, perAlternation: 0, perActive: 0, perAnswerLength: 0 } satisfies LinkerWeights['calibration'];

export interface FitOptions {
  readonly l2: number;
  /** How many times the logs are seen again with other conversations in them. */
  readonly copies: number;
  /** Whether a map of the vectors is learned. */
  readonly projected: boolean;
  /** L2 on the follow-up detector's part that reads the embedding. */
  readonly vectorPenalty: number;
  readonly realTraffic: LinkerWeights['realTraffic'];
  readonly caution: LinkerWeights['caution'];
  readonly gapRule: LinkerWeights['gapRule'];
  readonly returns: LinkerWeights['returns'];
  readonly joinFrom: number;
}

/** Fits all weights on the logs: what reads texts, then the sum; the sum once more with the linker's own states. */
export function fitLinker(logs: readonly Log[], options: FitOptions): LinkerWeights {
  const labelled = logs.flat();
  const others = Array.from({ length: options.copies }, (_, copy) => resettled(logs, `deal ${copy}`).map(partlyHeard)).flat();
  const texts = {
    followUp: fitFollowUp(labelled, options.vectorPenalty),
    dependent: fitDependent(labelled, options.vectorPenalty),
    projection: options.projected ? fitProjection(labelled) : undefined,
  };
  const torn = Array.from({ length: TORN_COPIES }, (_, copy) => resettled(logs, `rich ${copy}`, TORN)).flat();
  const reader = crossFitted(labelled, [...others, ...torn].flat(), options);
  const walked = (some: readonly Log[], choose?: Chooser): Decision[] => some.flatMap((log) => decisionsOf(log, reader, choose));
  const taught = walked([...logs, ...others]);
  const first = { ...fitSums(taught, options, ROUGHLY), ...texts };
  const own = walked(logs, chooserOf(first));
  const weights = { ...fitSums([...taught, ...own], options), ...texts };
  const more = [walked(others, chooserOf(first)), walked(torn), walked(torn, chooserOf(first))].flat();
  const unheard = fitUnheard(logs, reader, weights, chooserOf(weights));
  return { ...weights, unheard, orphan: fitOrphan([...taught, ...own, ...more], weights) };
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

/** Cannot be understood alone: where the data says so; openings can, where it says nothing. */
export function fitDependent(labelled: readonly Labelled[], vectorPenalty: number): TextModel {
  const examples = new Map<string, TextExample>();
  for (const { row, turn } of labelled) {
    if (turn.vector === undefined || (row.ctxdep === undefined && row.turn > 1)) continue;
    const positive = row.ctxdep === true;
    examples.set(JSON.stringify([row.text, positive]), { text: row.text, vector: turn.vector, positive });
  }
  return fitTextModel([...examples.values()], vectorPenalty * DEPENDENT_L2);
}

/** For training, models of texts that never saw the conversation which they judge. */
export function crossFitted(labelled: readonly Labelled[], others: readonly Labelled[], { vectorPenalty, projected }: FitOptions): Reader {
  const fold = new Map([...labelled, ...others].map(({ row, turn }) => [turn.id, foldOf(row.conv, TEXT_FOLDS)]));
  const models = Array.from({ length: TEXT_FOLDS }, (_, k) => {
    const rest = labelled.filter(({ turn }) => fold.get(turn.id) !== k);
    return {
      followUp: fitFollowUp(rest, vectorPenalty),
      dependent: fitDependent(rest, vectorPenalty),
      projection: projected ? new Projection(fitProjection(rest)) : undefined,
    };
  });
  const modelsOf = (turn: TurnInput): (typeof models)[number] => {
    const model = models[fold.get(turn.id) ?? 0];
    if (model === undefined) throw new Error('a text was trained on that is in no fold');
    return model;
  };
  return {
    followUp: (turn, traits) => textProbability(modelsOf(turn).followUp, turn.vector, traits),
    dependent: (turn, traits) => textProbability(modelsOf(turn).dependent, turn.vector, traits),
    projection: (turn) => modelsOf(turn).projection,
  };
}

type Texts = Pick<LinkerWeights, 'followUp' | 'dependent' | 'projection'>;
type Sums = Omit<LinkerWeights, keyof Texts>;

function fitSums(
  decisions: readonly Decision[],
  { l2, realTraffic, caution, gapRule, returns, joinFrom }: FitOptions,
  iterations = THOROUGHLY,
): Sums {
  const weights = fitTerms(decisions, [...TIME_TERMS, ...CONTENT_TERMS], ['content'], l2, iterations);
  const only = (some: readonly Term[]): Record<string, number> => Object.fromEntries(some.map(({ name }) => [name, weights[name] ?? 0]));
  return {
    version: 1,
    time: only(TIME_TERMS),
    timeAlone: iterations === ROUGHLY ? {} : fitTerms(decisions, TIME_TERMS, ['newest', 'older'], l2, THOROUGHLY),
    content: only(CONTENT_TERMS),
    means: { ...meansOf(decisions, TIME_TERMS), ...meansOf(decisions, CONTENT_TERMS) },
    realTraffic,
    caution,
    gapRule,
    returns,
    joinFrom,
    orphanedFrom: ORPHANED_FROM,
    calibration: UNCALIBRATED,
  };
}

function fitTerms(
  decisions: readonly Decision[],
  terms: readonly Term[],
  constants: readonly string[],
  l2: number,
  iterations: number,
): Record<string, number> {
  const choices = decisions.map(({ features, right }): Choice => ({ rows: rowsOf(features, terms), right }));
  return named(terms, fitChoices(choices, terms.length, l2, iterations), constants);
}

const rowsOf = (features: readonly Features[], terms: readonly Term[]): Float64Array[] =>
  features.map((one) => Float64Array.from(terms, (term) => term.value(one)));

const meansOf = (decisions: readonly Decision[], terms: readonly Term[]): Record<string, number> => {
  const all = decisions.flatMap(({ features }) => features);
  const said = { newest: all.filter(({ rank }) => rank === 0), older: all.filter(({ rank }) => rank > 0) };
  return Object.fromEntries(
    terms.map(({ name, value, only }) => {
      const some = only === undefined ? all : said[only];
      return [name, some.length === 0 ? 0 : some.reduce((sum, one) => sum + value(one), 0) / some.length];
    }),
  );
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

/** Learned from what the linker starts threads with: openings, orphans, and follow-ups that it does not recognise. */
function fitOrphan(decisions: readonly Decision[], weights: LinkerWeights): Record<string, number> {
  const linker = new Linker(weights);
  const choices = decisions.flatMap(({ features, orphan }): Choice[] => {
    const scores = features.map((one) => linker.scoreOf(one));
    const best = scores.indexOf(Math.max(...scores));
    const one = features[best];
    if (one === undefined || Math.max(...linker.probabilities(features)) > FITS_FROM) return [];
    const evidence = orphanEvidence(one, scores[best] ?? 0);
    return [{ rows: [Float64Array.from(ORPHAN_TERMS, (name) => evidence[name])], right: orphan ? 0 : -1 }];
  });
  const { weights: fitted, bias } = fitChoices(choices, ORPHAN_TERMS.length, ORPHAN_L2);
  return { ...Object.fromEntries(ORPHAN_TERMS.map((name, j) => [name, fitted[j] ?? 0])), always: (fitted[0] ?? 0) + bias };
}

/** Chosen on cross-validated figures of all sets, the real log among them; that log itself is never fitted to. */
export const DEFAULT_FIT: FitOptions = {
  l2: 10,
  copies: 1,
  projected: true,
  vectorPenalty: 3,
  realTraffic: { from: 0.6, over: 0.4, prompts: { from: 0.4, over: 0.4 } },
  caution: { base: 1, perAlternation: 8, perLogGap: 4, fromSeconds: 300 },
  gapRule: { strength: 5, gapSeconds: 2700, upToAlternation: 0.3 },
  returns: { lead: { from: 0.1, to: 0.3 }, kin: { from: 0.3, to: 0.5 }, bonus: 2.5 },
  joinFrom: 0.5,
};
