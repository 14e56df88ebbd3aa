// The words of the room: see the glossary in ARCHITECTURE.md.
import type { Call, DeclaredSession, History } from '#contract';
import type { Verdict } from './judged.ts';

export type Position = 'first' | 'continuation' | 'topic_shift' | 'orphaned';
export type Intent = 'information_seeking' | 'task_execution' | 'conversation_management' | 'error_recovery';
export type FollowUp = 'pronoun' | 'implicit_subject' | 'elaboration' | 'correction' | 'refinement' | 'repeat';
/** What a link rests on, from certain to inferred; "new" where none was made, "person" where somebody placed the request. */
export type LinkMethod = 'declared' | 'history' | 'inferred' | 'new' | 'person';

/** One request, redacted and embedded, as the linker sees it. */
export interface TurnInput {
  /** Sample id, unique in the scope. */
  readonly id: string;
  /** Epoch seconds at which the request arrived, with fractions. */
  readonly at: number;
  /** When the last byte of its answer left, where that is known; as `at`. */
  readonly endedAt?: number | undefined;
  /** False for shared or unknown principals: then only declared and history evidence counts. */
  readonly inferable: boolean;
  readonly text: string;
  readonly answer?: string | undefined;
  /** Unit length; absent where the policy keeps no embedding or there is no text. */
  readonly vector?: Float32Array | undefined;
  readonly answerVector?: Float32Array | undefined;
  /** Model of both vectors; see LinkingOptions.vectorModel. */
  readonly vectorModel?: string | undefined;
  readonly session?: DeclaredSession | undefined;
  /** Several people carry the session's id, and no policy says that they share it: it names no conversation of theirs. */
  readonly isCommonSession?: true | undefined;
  readonly history?: History | undefined;
  readonly call?: Call | undefined;
}

/** Why a decision came out as it did, for people. */
export interface Reason {
  /** Stable name of the evidence: declared_session, history_prefix, similar_prompt, short_gap, … */
  readonly code: string;
  /** One short sentence in plain words, without any text of the user. */
  readonly text: string;
  /** Contribution in log-odds for inferred links; absent for certain evidence. */
  readonly weight?: number;
}

/** What history evidence shows about what the client or framework left out. */
export interface Truncation {
  /** How many earlier messages of the thread the request no longer carried. */
  readonly dropped: number;
  readonly kind: 'truncated' | 'compacted';
}

/** The decision on one request, taken at its arrival and never looking at later ones. */
export interface Placement {
  readonly threadId: string;
  readonly isNew: boolean;
  /** Requests of one principal without a pause longer than the policy's session gap. */
  readonly sessionId: string;
  readonly predecessorId?: string | undefined;
  /** Probability that the link (or, for "new", the absence of one) is right; 1 for certain evidence. */
  readonly confidence: number;
  readonly method: LinkMethod;
  /** Cosine to the predecessor's prompt, where both have vectors. */
  readonly similarity?: number | undefined;
  readonly position: Position;
  readonly intent: Intent;
  readonly followUp?: FollowUp | undefined;
  readonly reasons: readonly Reason[];
  /** Other candidates with their probability, best first, at most three. */
  readonly alternatives: readonly { readonly threadId: string; readonly probability: number }[];
  readonly truncation?: Truncation | undefined;
  /** True when the request continues from an earlier turn than the newest: regenerate or edit. */
  readonly fork?: boolean | undefined;
  /** Earlier requests that this one's evidence shows to belong elsewhere; they are moved with it. Absent: none. */
  readonly relinked?: readonly Relink[] | undefined;
  /** Requests that lost their predecessor to these moves, and which one they have instead. Absent: none. */
  readonly repointed?: readonly Repoint[] | undefined;
  /** Earlier requests that a person placed otherwise than this one's evidence says. They stay. Absent: none. */
  readonly contradicts?: { readonly requestIds: readonly string[]; readonly evidence: 'history' | 'declared' } | undefined;
  /** What certain evidence says of guesses: on this request, had it come without, and on earlier ones. Absent: nothing. */
  readonly verdicts?: readonly Verdict[] | undefined;
  /** What the request is within an agent's work, where the placement knows better than the request itself said. */
  readonly call?: Call | undefined;
}

/** A request that was placed by a guess, and what certain evidence says against it. */
export interface Relink {
  readonly requestId: string;
  readonly from: string;
  readonly into: string;
  readonly evidence: 'history' | 'declared';
  /** What it goes on from in its new thread; absent where it begins that. */
  readonly predecessorId?: string | undefined;
  /** Where it stands now that the proof is known. */
  readonly position: Position;
  /** It only hangs on a request that is moved: how sure its own link is stays what it was. */
  readonly follows?: true | undefined;
}

/** A request that stays where it is, while the one that it went on from, or what stood between the two, was moved away. */
export interface Repoint {
  readonly requestId: string;
  /** The newest request before it that is left of its thread; absent: none is. */
  readonly predecessorId?: string | undefined;
  /** It went on from there before, too: with nothing left between them it is no fork. */
  readonly straight?: true;
}

/** A thread that a request stood in before, and what moved it out. */
export interface Move {
  readonly from: string;
  readonly evidence: 'history' | 'declared' | 'person';
  /** The request that brought the evidence; null where a person moved it. */
  readonly by: string | null;
  /** When: the time of that request, or of what the person did. RFC 3339. */
  readonly at: string;
}

/** A turn that was placed before, as the store gives it back to rebuild a principal's state. */
export interface PlacedTurn {
  readonly turn: TurnInput;
  readonly threadId: string;
  readonly sessionId: string;
  readonly position: Position;
  /** What its link rests on and the request it goes on from: without them no later evidence moves it. */
  readonly method?: LinkMethod | undefined;
  readonly predecessorId?: string | undefined;
}
