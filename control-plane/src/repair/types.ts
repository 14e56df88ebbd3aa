import type { LinkMethod, Position } from '../threads/index.ts';

export type RepairKind = 'merge' | 'split' | 'relink';

/** What a person asks for. Into "new": a thread that begins with it. */
export type RepairRequest =
  | { readonly kind: 'merge'; readonly threadId: string; readonly into: string }
  | { readonly kind: 'split'; readonly threadId: string; readonly requestIds: readonly string[] }
  | { readonly kind: 'split'; readonly threadId: string; readonly fromRequestId: string }
  | { readonly kind: 'relink'; readonly requestId: string; readonly into: string };

/** Where a request stands. */
export interface Standing {
  readonly id: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly kind: 'turn' | 'step' | 'auxiliary';
  readonly threadId: string;
  readonly sessionId: string;
  /** Id of the session that the client declared. */
  readonly declaredSession: string | null;
  readonly position: Position;
  readonly method: LinkMethod;
  readonly confidence: number;
  readonly predecessorId: string | null;
  /** False for shared principals, whose requests have no order of their own. */
  readonly inferable: boolean;
}

/** What is said of a request's place. */
export type Place = Pick<Standing, 'method' | 'confidence' | 'predecessorId' | 'position'>;

export interface RepairMove {
  readonly requestId: string;
  readonly from: string;
  readonly into: string;
  readonly before: Place;
  readonly after: Place;
}

/** A request that stays in its thread, and what changes of it. */
export interface Adjustment {
  readonly requestId: string;
  readonly threadId: string;
  readonly before: Place;
  readonly after: Place;
}

export interface Contradiction {
  readonly requestId: string;
  readonly at: string;
  readonly evidence: 'declared' | 'history';
}

/** A repair as it is kept. */
export interface Repair {
  readonly id: string;
  readonly kind: RepairKind;
  readonly principal: string;
  readonly into: string;
  readonly reason: string | null;
  readonly atMs: number;
  /** Id of the token or person. */
  readonly by: string;
  readonly undone: { readonly atMs: number; readonly by: string; readonly reason: string | null } | null;
  readonly moves: readonly Pick<RepairMove, 'requestId' | 'from' | 'into'>[];
  /** Certain evidence since then that says otherwise. */
  readonly contradictions: readonly Contradiction[];
}
