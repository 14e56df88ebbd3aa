import { linkAuxiliary } from './auxiliary.ts';
import { link } from './evidence.ts';
import { followUpOf } from './follow-up.ts';
import { derivedId } from './ids.ts';
import { Linker } from './infer/linker.ts';
import { shippedWeights } from './infer/weights.ts';
import { intentOf } from './intent.ts';
import type { Link } from './link.ts';
import type { LinkingOptions, Settings } from './options.ts';
import { positionOf } from './position.ts';
import { kindOf, lastOf, precedes, PrincipalState } from './state.ts';
import type { PlacedTurn, Placement, TurnInput } from './types.ts';
import { cosine } from './vector.ts';

const shippedLinker = new Linker(shippedWeights);

/**
 * The threads of one principal in one scope: pure, synchronous, deterministic. A decision rests on the placed requests
 * before it in time and is never changed by later ones. Memory is bounded by `RESTORE_LIMIT` requests.
 */
export class PrincipalThreads {
  readonly #settings: Settings;
  #state = new PrincipalState();

  constructor(options: LinkingOptions) {
    this.#settings = {
      seed: options.threadIdSeed,
      minConfidence: options.minConfidence,
      sessionGapSeconds: options.sessionGapSeconds ?? 1800,
      inference: options.inference ?? true,
      linker: options.weights === undefined ? shippedLinker : new Linker(options.weights),
    };
  }

  /** The state after the given requests were placed, in any order. More than `RESTORE_LIMIT` of them: the newest count. */
  static restore(past: readonly PlacedTurn[], options: LinkingOptions): PrincipalThreads {
    const threads = new PrincipalThreads(options);
    threads.#rebuild(past.map((placed) => ({ ...placed, placement: undefined })));
    return threads;
  }

  /** Decides where the request belongs, and remembers it. The same id again gives the same placement and changes nothing. */
  place(turn: TurnInput): Placement {
    const known = this.#state.entry(turn.id);
    if (known?.placement !== undefined) return known.placement;
    const newest = lastOf(this.#state.entries);
    if (known === undefined && (newest === undefined || precedes(newest.turn, turn))) {
      const placement = decide(turn, this.#state, this.#settings);
      this.#state.add({ turn, threadId: placement.threadId, sessionId: placement.sessionId, position: placement.position, placement });
      return placement;
    }
    return this.#placeLate(known?.turn ?? turn, known);
  }

  /** A request older than the newest, or one whose placement was not restored: decided from what came before it in time. */
  #placeLate(turn: TurnInput, known: PlacedTurn | undefined): Placement {
    const all = this.#state.entries;
    this.#rebuild(all.filter((entry) => precedes(entry.turn, turn)));
    const decided = decide(turn, this.#state, this.#settings);
    const placement =
      known === undefined ? decided : { ...decided, threadId: known.threadId, sessionId: known.sessionId, position: known.position };
    const { threadId, sessionId, position } = placement;
    this.#rebuild([...all.filter((entry) => entry.turn.id !== turn.id), { turn, threadId, sessionId, position, placement }]);
    return placement;
  }

  #rebuild(placed: readonly (PlacedTurn & { readonly placement: Placement | undefined })[]): void {
    this.#state = new PrincipalState();
    for (const one of placed.toSorted((a, b) => (precedes(a.turn, b.turn) ? -1 : 1))) this.#state.add(one);
  }
}

function decide(turn: TurnInput, state: PrincipalState, settings: Settings): Placement {
  const auxiliary = kindOf(turn) === 'auxiliary';
  const found = auxiliary ? linkAuxiliary(turn, state) : link(turn, state, settings);
  const threadId = found.threadId ?? found.newThreadId ?? derivedId('t_', settings.seed, turn.id);
  const current = currentSession(turn, found, state, settings);
  return {
    threadId,
    isNew: found.threadId === undefined,
    sessionId: current ?? derivedId('s_', settings.seed, turn.id),
    predecessorId: found.predecessor?.turn.id,
    confidence: found.confidence,
    method: found.method,
    similarity: found.predecessor === undefined ? undefined : cosine(turn.vector, found.predecessor.turn.vector),
    position: auxiliary ? (found.threadId === undefined ? 'first' : 'continuation') : positionOf(turn, found, state, current !== undefined),
    intent: intentOf(turn),
    followUp: auxiliary || found.predecessor === undefined ? undefined : followUpOf(turn, found.predecessor),
    reasons: found.reasons,
    alternatives: found.alternatives ?? [],
    truncation: found.truncation,
    fork: found.fork,
  };
}

/** The session that the request falls into. A shared principal stands for many people: there each thread has its own. */
function currentSession(turn: TurnInput, found: Link, state: PrincipalState, settings: Settings): string | undefined {
  const previous = turn.inferable ? state.newest() : lastOf(state.threads.get(found.threadId ?? '')?.entries ?? []);
  return previous !== undefined && turn.at - previous.turn.at <= settings.sessionGapSeconds ? previous.sessionId : undefined;
}
