import { createHash } from 'node:crypto';
import type { PrincipalState } from '../state.ts';
import { CUE_NAMES, type TextTraits } from '../text/traits.ts';
import type { TurnInput } from '../types.ts';
import { candidatesFor, type Features, type Reader, type ThreadCandidate } from './features.ts';
import { FITS_FROM, orphanLogit } from './orphan.ts';
import { Projection } from './projection.ts';
import { MATTER, Sum, TIME, type Shares } from './sum.ts';
import { CONTENT_TERMS, TIME_TERMS } from './terms.ts';
import { logOdds, sigmoid, softmax } from './tuning.ts';
import type { LinkerWeights, TextModel } from './weights.ts';

/** A candidate with its score in log-odds against starting a new thread. */
export interface Scored extends ThreadCandidate {
  readonly score: number;
  readonly probability: number;
  /** The share of each group of terms in the score (`shareByGroup`): worked out when it is asked for. */
  readonly explain: () => Shares;
}

/** What the score of a candidate is made of. */
interface Weighing {
  /** What time says, the pull of the gap rule included. */
  readonly time: number;
  readonly content: number;
  /** How much of what content says is heard, 0…1, and what of it is a welcome to who comes back. */
  readonly heard: number;
  readonly pull: number;
  readonly welcome: number;
}

/** The learned sum of what time and content say. Starting a new thread scores 0. */
export class Linker {
  /** Names the weights: what was learned on top of some means nothing for others. */
  readonly id: string;
  readonly #weights: LinkerWeights;
  readonly #time: Sum;
  readonly #timeAlone: Sum;
  readonly #content: Sum;
  /** What is added to both where answers go uncaptured. */
  readonly #unheard: { readonly time: Sum; readonly content: Sum };
  readonly #reader: Reader;

  constructor(weights: LinkerWeights) {
    this.#weights = weights;
    this.id = createHash('sha256').update(JSON.stringify(weights)).digest('hex').slice(0, 12);
    this.#time = new Sum(TIME_TERMS, weights.time, weights.means);
    this.#timeAlone = new Sum(TIME_TERMS, weights.timeAlone, weights.means);
    this.#content = new Sum(CONTENT_TERMS, weights.content, weights.means);
    const { unheard = {}, means } = weights;
    this.#unheard = { time: new Sum(TIME_TERMS, unheard, means), content: new Sum(CONTENT_TERMS, unheard, means) };
    const projection = weights.projection === undefined ? undefined : new Projection(weights.projection);
    const { dependent } = weights;
    this.#reader = {
      followUp: (turn, traits) => textProbability(weights.followUp, turn.vector, traits),
      ...(dependent !== undefined && { dependent: (turn, traits) => textProbability(dependent, turn.vector, traits) }),
      projection: () => projection,
      backgrounds: weights.backgrounds,
    };
  }

  /** Threads of the window, most likely first. */
  score(turn: TurnInput, state: PrincipalState, among?: ReadonlySet<string>): Scored[] {
    const candidates = candidatesFor(turn, state, this.#reader);
    const allowed = among === undefined ? candidates : candidates.filter(({ thread }) => among.has(thread.id));
    const withContent = turn.vector !== undefined;
    const scores = allowed.map(({ features }) => scoreOf(this.#weigh(features, withContent)));
    const probabilities = softmax(scores);
    return allowed
      .map(({ thread, last, features }, k): Scored => {
        const explain = (): Shares => this.#sharesOf(features, withContent);
        return { thread, last, features, score: scores[k] ?? 0, probability: probabilities[k] ?? 0, explain };
      })
      .sort((a, b) => b.score - a.score);
  }

  /** Probability of each candidate; what is missing to 1 is that of a new thread. */
  probabilities(candidates: readonly Features[]): number[] {
    return softmax(candidates.map((features) => this.scoreOf(features)));
  }

  /** Log-odds of joining the candidate rather than starting a new thread. */
  scoreOf(features: Features): number {
    return scoreOf(this.#weigh(features, true));
  }

  /** Whether a request that joins no thread goes on with something that was never seen; the candidate that comes nearest tells. */
  looksOrphaned(best: Pick<Scored, 'features' | 'score' | 'probability'>): boolean {
    return this.orphanedness(best) >= this.#weights.orphanedFrom;
  }

  /** 0…1: the probability of that; 0 where a thread fits. */
  orphanedness({ features, score, probability }: Pick<Scored, 'features' | 'score' | 'probability'>): number {
    const { orphan } = this.#weights;
    if (probability > FITS_FROM) return 0;
    return orphan === undefined ? features.followUp : sigmoid(orphanLogit(orphan, features, score));
  }

  /** How often decisions with this probability, in circumstances like these, turned out right in validation; 0…1. */
  calibrated(probability: number, features: Features): number {
    const { alternation, activeInSession, recentSwitches, unheard } = features;
    const { slope, offset, perAlternation, perActive, perSwitch = 0, perAnswerLength, perUnheard = 0 } = this.#weights.calibration;
    const logit =
      slope * logOdds(probability) +
      offset +
      perAlternation * alternation +
      perActive * activeInSession +
      perSwitch * recentSwitches +
      perAnswerLength * realness(features, this.#weights) +
      perUnheard * unheard;
    return 1 / (1 + Math.exp(-logit));
  }

  /** The confidence of a link as it is stated: what does not hold for people who work in parallel too is not called sure. */
  stated(confidence: number): number {
    const { sureFrom = SURE } = this.#weights.calibration;
    if (confidence <= DOUBTFUL || confidence >= sureFrom) return confidence;
    return DOUBTFUL + ((confidence - DOUBTFUL) / (sureFrom - DOUBTFUL)) * (SURE - MARGIN - DOUBTFUL);
  }

  /** Probability from which a thread is joined where no policy says otherwise. */
  get joinFrom(): number {
    return this.#weights.joinFrom;
  }

  /** Without a vector there is no meaning to weigh, and words alone were not trained for: time decides. */
  #weigh(features: Features, withContent: boolean): Weighing {
    const elsewhere = withContent ? this.#pointsElsewhere(features) : 0;
    const pull = features.rank === 0 ? this.#pullToGapRule(features) * (1 - elsewhere) : 0;
    if (!withContent) return { time: this.#timeAlone.totalOf(features) + pull, content: 0, heard: 0, pull, welcome: 0 };
    const { unheard } = features;
    const welcome = this.#welcomeBack(features);
    let time = this.#time.totalOf(features) + pull;
    let content = this.#content.totalOf(features) + welcome;
    if (unheard > 0) {
      time += unheard * this.#unheard.time.totalOf(features);
      content += unheard * this.#unheard.content.totalOf(features);
    }
    const limited = features.rank === 0 && content < 0;
    const heard = limited ? Math.min(1, (this.#sayAgainstNewest(features) + UNLIMITED * elsewhere) / -content) : 1;
    return { time, content, heard, pull, welcome };
  }

  #sharesOf(features: Features, withContent: boolean): Shares {
    const { heard, pull, welcome } = this.#weigh(features, withContent);
    const shares = (withContent ? this.#time : this.#timeAlone).sharesOf(features);
    shares[TIME] = (shares[TIME] ?? 0) + pull;
    if (!withContent) return shares;
    const content = this.#content.sharesOf(features);
    content[MATTER] = (content[MATTER] ?? 0) + welcome;
    const { unheard } = features;
    const more = unheard > 0 ? [this.#unheard.time, this.#unheard.content].map((sum) => sum.sharesOf(features)) : [];
    const [ofTime, ofContent] = more;
    return shares.map((share, i) => share + unheard * (ofTime?.[i] ?? 0) + ((content[i] ?? 0) + unheard * (ofContent?.[i] ?? 0)) * heard);
  }

  /**
   * Towards what a plain gap rule says, within its gap: on real logs of people who do one thing at a time that rule is
   * hard to beat, and pauses that were simulated for training are more even than real ones.
   */
  #pullToGapRule(features: Features): number {
    const { logGap, alternation } = features;
    const { strength, gapSeconds, upToAlternation } = this.#weights.gapRule;
    const within = Math.max(0, Math.min(1, (Math.log(gapSeconds) - logGap) / Math.log(3)));
    return realness(features, this.#weights) * strength * within * Math.max(0, 1 - alternation / upToAlternation);
  }

  /** 0…1: an older thread is about what the request asks about, and the newest one is not. */
  #pointsElsewhere({ rank, kinThread, kinLead }: Features): number {
    const { returns } = this.#weights;
    if (returns === undefined || rank !== 0 || kinLead >= 0) return 0;
    return between(-kinLead, returns.lead) * between(kinThread - kinLead, returns.kin);
  }

  /** Who comes back to a matter in real traffic does so after hours as well as after minutes. */
  #welcomeBack(features: Features): number {
    const { rank, kinThread, kinLead } = features;
    const { returns } = this.#weights;
    if (returns === undefined || rank === 0 || kinLead <= 0) return 0;
    return realness(features, this.#weights) * returns.bonus * between(kinLead, returns.lead) * between(kinThread, returns.kin);
  }

  /**
   * How many log-odds content may hold against the newest thread. People's real texts look unlike the written ones that
   * the weights come from, while a short pause says the same everywhere: the shorter it is, the less content may break a
   * thread, unless the user is seen to work on several matters at once.
   */
  #sayAgainstNewest(features: Features): number {
    const { alternation, logGap } = features;
    const { base, perAlternation, perLogGap, fromSeconds } = this.#weights.caution;
    const cautious = base + perAlternation * alternation + perLogGap * Math.max(0, logGap - Math.log(fromSeconds));
    return cautious + UNLIMITED * (1 - realness(features, this.#weights));
  }
}

/** From here on a link counts as sure; up to `DOUBTFUL` its confidence is stated as it is. */
export const SURE = 0.8;
const DOUBTFUL = 0.7;
const MARGIN = 1e-6;
const scoreOf = ({ time, content, heard }: Weighing): number => time + content * heard;
/** 0 up to `from`, 1 from `to` on. */
const between = (value: number, { from, to }: { readonly from: number; readonly to: number }): number =>
  Math.max(0, Math.min(1, (value - from) / (to - from)));
/** Log-odds that no content reaches. */
const UNLIMITED = 40;

/**
 * 0…1: whether this person's traffic is real, unlike the written conversations of training: answers are as long as those of today's
 * assistants, or, where they go uncaptured, prompts as long as what people type and paste.
 */
export function realness(
  { answerLength, promptLength, unheard }: Pick<Features, 'answerLength' | 'promptLength' | 'unheard'>,
  { realTraffic: { from, over, prompts } }: Pick<LinkerWeights, 'realTraffic'>,
): number {
  const byAnswers = Math.max(0, Math.min(1, (answerLength - from) / over));
  if (prompts === undefined || unheard === 0) return byAnswers;
  return Math.max(byAnswers, unheard * Math.max(0, Math.min(1, (promptLength - prompts.from) / prompts.over)));
}

/** The probability that a model of this form gives a text. Without a vector the cues decide alone. */
export function textProbability(model: TextModel, vector: Float32Array | undefined, traits: TextTraits): number {
  return 1 / (1 + Math.exp(-textLogit(model, vector, traits)));
}

export function textLogit(model: TextModel, vector: Float32Array | undefined, traits: TextTraits): number {
  let logit = model.bias;
  for (const name of CUE_NAMES) logit += model.cues[name] * traits.cues[name];
  const weights = model.vector;
  if (vector?.length === weights.length) for (let i = 0; i < vector.length; i++) logit += (weights[i] ?? 0) * (vector[i] ?? 0);
  return logit;
}
