// What a tenant's own evidence teaches on top of the shipped weights: how much time says there, how sure decisions are, and
// from which probability a thread is joined.

/** Applied on request only; see `docs/LINKING.md`. Scores are log-odds against starting a new thread. */
export interface LinkerTuning {
  /** Id of the linker that it was learned for: with other weights it means nothing, and is not used. */
  readonly linker: string;
  /** Model of the vectors that it was learned with. */
  readonly model?: string | undefined;
  /** Probability from which a thread is joined. */
  readonly joinFrom: number;
  /** Scaling of the log-odds of the stated confidence. */
  readonly confidence: { readonly slope: number; readonly offset: number };
  /** What is added to a candidate's score, after scaling it. */
  readonly time: {
    readonly scale: number;
    /** For the newest thread, and for each older one. */
    readonly newest: number;
    readonly older: number;
    /** For each e-fold of the pause beyond ten minutes. */
    readonly newestPerLogGap: number;
    readonly olderPerLogGap: number;
  };
}

/** A thread that could be joined, as far as tuning looks at it. */
export interface Tunable {
  readonly score: number;
  /** 0: the thread that was active last. */
  readonly rank: number;
  /** Natural log of the seconds since its last request. */
  readonly logGap: number;
}

/** Pause at which the time model changes nothing. */
export const GAP_CENTRE = Math.log(600);

export function tunedScore({ score, rank, logGap }: Tunable, { time }: Pick<LinkerTuning, 'time'>): number {
  const beyond = logGap - GAP_CENTRE;
  return time.scale * score + (rank === 0 ? time.newest + time.newestPerLogGap * beyond : time.older + time.olderPerLogGap * beyond);
}

/** Probabilities beside a new thread, which scores 0. */
export function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(0, ...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), Math.exp(-highest));
  return scores.map((score) => Math.exp(score - highest) / total);
}

export function logOdds(probability: number): number {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return Math.log(bounded / (1 - bounded));
}

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

export const rescaled = (confidence: number, { slope, offset }: LinkerTuning['confidence']): number =>
  sigmoid(slope * logOdds(confidence) + offset);
