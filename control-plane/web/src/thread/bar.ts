import { marksOfTurn, worstTone } from './marks.ts';
import type { Turn } from './turns.ts';

/** One bar of the picture over a thread: a turn, or neighbours that share one. */
export interface Bar {
  /** Index of the first turn it stands for. */
  readonly turn: number;
  /** Least similarity to the turn before; null where there is none to compare with. */
  readonly similarity: number | null;
  readonly tone: 'plain' | 'warn' | 'bad';
  /** Tokens that went into the turn's first call, the most of its neighbours. */
  readonly tokens: number | null;
}

/** `first` is the index of the first of the turns in their thread. */
export function barOf(turns: readonly Turn[], first: number): Bar {
  const similar = turns.flatMap(({ head }) => (head.similarity === null ? [] : [Math.max(0, head.similarity)]));
  const tokens = turns.flatMap(({ head }) => head.usage?.inputTokens ?? []);
  const tone = worstTone(turns.flatMap((turn) => marksOfTurn(turn)));
  return {
    turn: first,
    similarity: similar.length === 0 ? null : Math.min(...similar),
    tone: tone === 'bad' || tone === 'warn' ? tone : 'plain',
    tokens: tokens.length === 0 ? null : Math.max(...tokens),
  };
}
