import type { CUE_NAMES } from '../text/traits.ts';
import type { Backgrounds } from './background.ts';
import type { ProjectionWeights } from './projection.ts';
import shipped from '../weights/linker.json' with { type: 'json' };

/** A logistic model over an embedding and the cues of a text. */
export interface TextModel {
  readonly bias: number;
  readonly cues: Readonly<Record<(typeof CUE_NAMES)[number], number>>;
  readonly vector: readonly number[];
}

/** Counts for nothing up to `from`, fully from `to` on. */
export interface Ramp {
  readonly from: number;
  readonly to: number;
}

/** Weights of the inferred linker, as training writes them. Terms are named as in terms.ts. */
export interface LinkerWeights {
  readonly version: number;
  /** Names the code that made them (training/fingerprint.ts). Absent: by older code. */
  readonly madeBy?: string | undefined;
  readonly time: Readonly<Record<string, number>>;
  /** Time's terms fitted without content, for requests of which no vector is kept. */
  readonly timeAlone: Readonly<Record<string, number>>;
  readonly content: Readonly<Record<string, number>>;
  /** Usual value of each term among the threads that it says something of, for the reasons: only what departs from it is named. */
  readonly means: Readonly<Record<string, number>>;
  readonly followUp: TextModel;
  /** Whether a text cannot be understood without what was said before. Absent: never. */
  readonly dependent?: TextModel | undefined;
  /** Absent: nothing is said of what lies close together. */
  readonly projection?: ProjectionWeights | undefined;
  /** What is added to the weights of terms where a person's answers go uncaptured. Absent: nothing. */
  readonly unheard?: Readonly<Record<string, number>> | undefined;
  /** How close texts about different matters lie in each language. Absent: as in English. */
  readonly backgrounds?: Backgrounds | undefined;
  /** From which answer length on traffic is taken for real, and by how much more it surely is: see `Linker`. */
  readonly realTraffic: {
    readonly from: number;
    readonly over: number;
    /** The same by the length of prompts, where answers go uncaptured. Absent: then nothing tells. */
    readonly prompts?: { readonly from: number; readonly over: number } | undefined;
  };
  /** How much content may hold against the newest thread in real traffic, in log-odds: see `Linker`. */
  readonly caution: {
    readonly base: number;
    readonly perAlternation: number;
    readonly perLogGap: number;
    readonly fromSeconds: number;
  };
  /** Pull towards a gap rule in real traffic, for people who do not work on several matters at once: see `Linker`. */
  readonly gapRule: { readonly strength: number; readonly gapSeconds: number; readonly upToAlternation: number };
  /**
   * When an older thread's closeness (`kin`) and its lead over the newest (`lead`) count as a return, and what it gains in real
   * traffic, in log-odds: see `Linker`. Absent: never.
   */
  readonly returns?: { readonly lead: Ramp; readonly kin: Ramp; readonly bonus: number } | undefined;
  /** Probability from which a thread is joined, unless the policy names another. */
  readonly joinFrom: number;
  /** Logistic model over `ORPHAN_TERMS`: does what joins no thread go on with something never seen? Absent: the follow-up detector tells. */
  readonly orphan?: Readonly<Record<string, number>> | undefined;
  /** Probability of that from which a request that joins nothing counts as orphaned. */
  readonly orphanedFrom: number;
  /** Scaling of the log-odds of the decision taken; parallel work makes decisions less sure than they look. */
  readonly calibration: {
    readonly slope: number;
    readonly offset: number;
    readonly perAlternation: number;
    readonly perActive: number;
    /** For each of the last few requests that changed the thread without a pause. Absent: 0. */
    readonly perSwitch?: number;
    readonly perAnswerLength: number;
    /** Where answers go uncaptured. Absent: 0. */
    readonly perUnheard?: number;
    /** Links that are less likely right than this are stated below `SURE`. Absent: all as they are. */
    readonly sureFrom?: number;
  };
}

export const shippedWeights: LinkerWeights = shipped;
