import { SESSION_SECONDS } from './limits.ts';
import type { TurnInput } from './types.ts';
import { cosine } from './vector.ts';

/** What one request adds to the statistics of a person's pace (infer/pace.ts): taken once, when it is placed. */
export interface PaceSample {
  /** Seconds since the principal's previous turn. */
  readonly pause: number | undefined;
  /** By how much an earlier turn is more similar than the previous one: above zero for people who work in parallel. */
  readonly earlierMargin: number | undefined;
}

type Compared = Pick<TurnInput, 'at' | 'vector' | 'answerVector'>;

const EARLIER_TURNS = 8;
const EARLIER_SECONDS = 2 * 3600;

export function observePace(turn: TurnInput, previous: readonly Compared[]): PaceSample {
  const last = previous[previous.length - 1];
  if (last === undefined) return { pause: undefined, earlierMargin: undefined };
  const pause = turn.at - last.at;
  if (pause >= SESSION_SECONDS || turn.vector === undefined) return { pause, earlierMargin: undefined };
  const earlier = previous.slice(-EARLIER_TURNS, -1).filter((other) => turn.at - other.at < EARLIER_SECONDS);
  const best = Math.max(...earlier.map((other) => closeness(turn, other)));
  return { pause, earlierMargin: earlier.length === 0 ? 0 : Math.max(0, best - closeness(turn, last)) };
}

const closeness = (turn: TurnInput, other: Compared): number =>
  Math.max(cosine(turn.vector, other.vector) ?? 0, cosine(turn.vector, other.answerVector) ?? 0);
