import type { Chain } from './chain.ts';
import type { LinkMethod, Placement, Position, TurnInput } from './types.ts';

type CallKind = 'turn' | 'step' | 'auxiliary';

/** A placed request. */
export interface Entry {
  readonly turn: TurnInput;
  readonly kind: CallKind;
  readonly threadId: string;
  readonly sessionId: string;
  readonly position: Position;
  readonly method?: LinkMethod | undefined;
  readonly predecessorId?: string | undefined;
  readonly chain: Chain | undefined;
  /** Position in the whole conversation of the chain's first message, as far as history shows: how many are missing in front. */
  readonly origin: number;
  /** Absent when the entry was restored. */
  readonly placement: Placement | undefined;
}

export const kindOf = (turn: TurnInput): CallKind => turn.call?.kind ?? 'turn';
