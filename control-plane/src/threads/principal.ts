import { adoptedBy } from './adopt.ts';
import { asAttempt, attemptOf } from './attempt.ts';
import { linkAuxiliary } from './auxiliary.ts';
import { chainOf } from './chain.ts';
import { kindOf, type Entry } from './entry.ts';
import { link } from './evidence.ts';
import { followUpOf } from './follow-up.ts';
import { derivedId } from './ids.ts';
import { intentOf } from './intent.ts';
import type { Guess } from './judged.ts';
import { lastOf } from './last.ts';
import { RESTORE_LIMIT } from './limits.ts';
import { FORKED, type Link } from './link.ts';
import type { LinkingOptions } from './options.ts';
import { around, inOrder } from './order.ts';
import { positionOf } from './position.ts';
import { proofOf, type Proof } from './proof.ts';
import { afterMoves, againstPeople, isStraightAfter, predecessorAfter, repairBy, type Repair } from './relink.ts';
import { type Settings, settingsOf } from './settings.ts';
import { signsOf } from './speech/signs.ts';
import { PrincipalState } from './state.ts';
import { asStep, callerOf } from './sub-agent.ts';
import type { PlacedTurn, Placement, Position, Reason, TurnInput } from './types.ts';
import { cosine, readable, usable } from './vector.ts';
import { laterVerdicts, ownVerdict } from './verdict.ts';
import { seenBefore } from './visible.ts';

/**
 * The threads of one principal in one scope: pure, synchronous, deterministic. A decision rests on the placed requests
 * before it in time; of later ones only certain evidence moves it, and says so (`relinked`). Memory is bounded by
 * `RESTORE_LIMIT` requests.
 */
export class PrincipalThreads {
  readonly #settings: Settings;
  #state = new PrincipalState();
  /** Of requests that were placed by a guess, until certain evidence says what is right. Not restored. */
  readonly #guesses = new Map<string, Guess>();

  constructor(options: LinkingOptions) {
    this.#settings = settingsOf(options);
  }

  /** The state after the given requests were placed, in any order. More than `RESTORE_LIMIT` of them: the newest count. */
  static restore(past: readonly PlacedTurn[], options: LinkingOptions): PrincipalThreads {
    const threads = new PrincipalThreads(options);
    threads.#rebuild(
      past.map((placed) => ({ ...placed, turn: withUsableVectors(placed.turn, options.vectorModel), placement: undefined })),
    );
    return threads;
  }

  /** Decides where the request belongs, and remembers it. The same id again gives the same placement and changes nothing. */
  place(given: TurnInput): Placement {
    const turn = withUsableVectors(given, this.#settings.vectorModel);
    const known = this.#state.entry(turn.id);
    if (known?.placement !== undefined) return known.placement;
    if (known === undefined && this.#comesLast(turn)) {
      const placement = this.#decide(turn);
      this.#move(placement);
      this.#state.add(entryOf(turn, placement));
      return placement;
    }
    return this.#placeLate(known?.turn ?? turn, known);
  }

  #comesLast(turn: TurnInput): boolean {
    const { entries } = this.#state;
    const newest = lastOf(entries);
    if (newest === undefined || newest.turn.at < turn.at) return true;
    if (newest.turn.at > turn.at) return false;
    const withIt = [...entries.slice(entries.findIndex((entry) => entry.turn.at === turn.at)), { turn }];
    return inOrder(withIt).every((one, index) => one === withIt[index]);
  }

  /** A request older than the newest, or one whose placement was not restored: decided from what came before it. */
  #placeLate(turn: TurnInput, known: PlacedTurn | undefined): Placement {
    const others = this.#state.entries.filter((entry) => entry.turn.id !== turn.id);
    const { before, after } = around(others, turn);
    this.#rebuild(before);
    const decided = this.#decide(turn, after);
    const placement =
      known === undefined ? decided : { ...decided, threadId: known.threadId, sessionId: known.sessionId, position: known.position };
    this.#rebuild([...others, entryOf(turn, placement)]);
    if (known === undefined) this.#move(placement);
    return placement;
  }

  /** @param ahead requests that were placed before it came and are newer */
  #decide(turn: TurnInput, ahead: readonly Entry[] = []): Placement {
    const { guess, ...placement } = decide(turn, this.#state, this.#settings, this.#guesses, ahead);
    for (const { requestId } of placement.verdicts ?? []) this.#guesses.delete(requestId);
    if (guess !== undefined) this.#guesses.set(turn.id, guess);
    for (const oldest of this.#guesses.keys()) {
      if (this.#guesses.size <= RESTORE_LIMIT) break;
      this.#guesses.delete(oldest);
    }
    return placement;
  }

  /** Moves what the placement's evidence shows to stand in the wrong thread. */
  #move(placement: Placement): void {
    if (placement.relinked === undefined) return;
    // Calls beside a conversation shape nothing: the rest of the state stays as it is.
    if (placement.relinked.every(({ requestId }) => this.#state.entry(requestId)?.kind === 'auxiliary')) {
      for (const { requestId } of placement.relinked) this.#state.replaceAuxiliary(requestId, (entry) => afterMoves(entry, placement));
      return;
    }
    this.#rebuild(this.#state.entries.map((entry) => afterMoves(entry, placement)));
  }

  #rebuild(placed: readonly (PlacedTurn & { readonly placement: Placement | undefined })[]): void {
    this.#state = new PrincipalState();
    for (const one of inOrder(placed)) this.#state.add(one);
  }
}

/** Within a state all vectors are of one model: whatever compares two of them may rely on it. */
function withUsableVectors(turn: TurnInput, model: string | undefined): TurnInput {
  const isOfModel = model === undefined || turn.vectorModel === model;
  const [vector, answerVector] = isOfModel ? [usable(turn.vector), usable(turn.answerVector)] : [undefined, undefined];
  return vector === turn.vector && answerVector === turn.answerVector ? turn : { ...turn, vector, answerVector };
}

/** The request as what its placement found it to be. */
const asPlaced = (turn: TurnInput, { call }: Placement): TurnInput => (call === undefined ? turn : { ...turn, call });

type Decided = Placement & { readonly guess?: Guess | undefined };

function decide(
  asSent: TurnInput,
  state: PrincipalState,
  settings: Settings,
  guesses: ReadonlyMap<string, Guess>,
  ahead: readonly Entry[],
): Decided {
  const { turn, link: served } = withinTurn(asSent, state, ahead);
  const auxiliary = kindOf(turn) === 'auxiliary';
  const found = served ?? (auxiliary ? linkAuxiliary(turn, state) : link(turn, state, settings));
  const proof = auxiliary || served !== undefined ? undefined : proofOf(turn, found, state, settings.seed);
  const repair = repairBy(proof, state);
  const isStraight = found.fork === true && repair !== undefined && isStraightAfter(repair, chainOf(turn.history), found.predecessor);
  const threadId = repair?.into ?? found.threadId ?? found.newThreadId ?? derivedId('t_', settings.seed, turn.id);
  const current = currentSession(turn, found, state, settings);
  const before = found.predecessor && seenBefore(found.predecessor, state);
  const signs = signsOf(turn.text);
  const followUp = auxiliary || before === undefined ? undefined : followUpOf(turn, before, undefined, signs);
  const adopted = kindOf(turn) === 'turn' ? adoptedBy(turn, threadId, state, found.method === 'declared') : [];
  return {
    threadId,
    isNew: found.threadId === undefined,
    sessionId: current ?? derivedId('s_', settings.seed, turn.id),
    predecessorId: repair === undefined ? found.predecessor?.turn.id : predecessorAfter(repair, found.predecessor),
    confidence: found.confidence,
    method: found.method,
    relinked: adopted.length === 0 ? repair?.relinked : [...(repair?.relinked ?? []), ...adopted],
    repointed: repair?.repointed,
    similarity: before && cosine(turn.vector, before.vector),
    position: repair === undefined ? placeOf(turn, found, state, current !== undefined) : placeAfter(turn, repair, current !== undefined),
    intent: intentOf({ text: turn.text, vector: readable(turn.vector, turn.vectorModel) }, followUp, undefined, signs),
    followUp,
    ...contradictionOf(proof),
    verdicts: settings.judge ? verdictsOn(turn, found, proof, state, settings, guesses) : undefined,
    guess: found.guess,
    reasons: reasonsOf(isStraight ? unforked(found) : found, proof, repair),
    alternatives: found.alternatives ?? [],
    truncation: found.truncation,
    fork: isStraight ? false : found.fork,
    ...(served !== undefined && { call: turn.call }),
  };
}

function verdictsOn(
  turn: TurnInput,
  found: Link,
  proof: Proof | undefined,
  state: PrincipalState,
  settings: Settings,
  guesses: ReadonlyMap<string, Guess>,
): Placement['verdicts'] {
  const own = ownVerdict(turn, found, state, settings);
  const verdicts = [...(proof === undefined ? [] : laterVerdicts(proof, guesses)), ...(own === undefined ? [] : [own])];
  return verdicts.length === 0 ? undefined : verdicts;
}

function contradictionOf(proof: Proof | undefined): Pick<Placement, 'contradicts'> {
  const placed = proof === undefined ? [] : againstPeople(proof);
  if (proof === undefined || placed.length === 0) return {};
  return { contradicts: { requestIds: placed.map(({ turn }) => turn.id), evidence: proof.evidence } };
}

function reasonsOf(found: Link, proof: Proof | undefined, repair: Repair | undefined): readonly Reason[] {
  if (repair !== undefined) return [...found.reasons, overruled(repair.relinked.length)];
  return proof === undefined || againstPeople(proof).length === 0 ? found.reasons : [...found.reasons, AGAINST_PERSON];
}

const unforked = (link: Link): Link => ({ ...link, reasons: link.reasons.filter(({ code }) => code !== FORKED) });

function placeOf(turn: TurnInput, found: Link, state: PrincipalState, inSession: boolean): Position {
  if (kindOf(turn) === 'auxiliary') return found.threadId === undefined ? 'first' : 'continuation';
  return positionOf(turn, found, state, inSession);
}

/** The position among threads as they are once the evidence has moved what it moves. */
const placeAfter = (turn: TurnInput, { newestThread, into }: Repair, inSession: boolean): Position =>
  inSession && turn.inferable && newestThread !== into ? 'topic_shift' : 'continuation';

/** The request as a step of a turn, where it serves one that was made before; else as it was sent. */
function withinTurn(turn: TurnInput, state: PrincipalState, ahead: readonly Entry[]): { readonly turn: TurnInput; readonly link?: Link } {
  const caller = callerOf(turn, state);
  if (caller !== undefined) return { turn: asStep(turn, caller), link: servedBy(caller) };
  const attempt = attemptOf(turn, state, ahead);
  return attempt === undefined ? { turn } : { turn: asAttempt(turn, attempt), link: attempt.link };
}

function servedBy(caller: Entry): Link {
  const reasons = [{ code: 'sub_agent', text: 'An earlier request handed it its words: an agent at work for the same turn.' }];
  return { threadId: caller.threadId, predecessor: caller, method: 'history', confidence: 1, reasons };
}

const entryOf = (turn: TurnInput, placement: Placement): PlacedTurn & { readonly placement: Placement } => {
  const { threadId, sessionId, position, method, predecessorId } = placement;
  return { turn: asPlaced(turn, placement), threadId, sessionId, position, method, predecessorId, placement };
};

const AGAINST_PERSON: Reason = {
  code: 'contradicts_person',
  text: 'It ties together requests that stand apart, and a person placed some of them: what the person decided stands.',
};

const overruled = (count: number): Reason => ({
  code: 'evidence_overrules',
  text: `It proves that ${count} earlier ${count === 1 ? 'request belongs' : 'requests belong'} to its thread; moved there.`,
});

/** The session that the request falls into. A shared principal stands for many people: there each thread has its own. */
function currentSession(turn: TurnInput, found: Link, state: PrincipalState, settings: Settings): string | undefined {
  const previous = turn.inferable ? state.newest() : lastOf(state.threads.get(found.threadId ?? '')?.entries ?? []);
  return previous !== undefined && turn.at - previous.turn.at <= settings.sessionGapSeconds ? previous.sessionId : undefined;
}
