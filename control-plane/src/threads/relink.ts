// Certain evidence against an earlier guess: the evidence wins, also later. A request that carries the messages of earlier
// ones proves which requests form one conversation, and with which of them it began.
import { wholePrefixOf, chainOf } from './chain.ts';
import { derivedId } from './ids.ts';
import type { Link } from './link.ts';
import type { Entry, PrincipalState } from './state.ts';
import type { Relink, TurnInput } from './types.ts';

export interface Repair {
  /** The thread in which the proven conversation stands afterwards. */
  readonly into: string;
  readonly relinked: readonly Relink[];
}

/** What the evidence on a request shows to be wrong about the placement of earlier ones; undefined where nothing is. */
export function repairBy(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Repair | undefined {
  if (link.method === 'history') return byHistory(turn, link, state, seed);
  return link.method === 'declared' ? bySession(turn, link, state) : undefined;
}

/**
 * The earlier requests whose messages and answers the request repeats whole, from its first message on. Two with equally
 * many messages cannot be told apart: then nothing is proven.
 */
function lineOf(turn: TurnInput, state: PrincipalState): readonly Entry[] {
  const later = chainOf(turn.history);
  if (later === undefined || later.omitted > 0) return [];
  const line = state.entries
    .filter(({ kind, chain }) => kind !== 'auxiliary' && chain !== undefined && wholePrefixOf(later, chain))
    .toSorted((a, b) => lengthOf(a) - lengthOf(b));
  return new Set(line.map(lengthOf)).size === line.length ? line : [];
}

function byHistory(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Repair | undefined {
  const line = lineOf(turn, state);
  const [first] = line;
  if (first === undefined || line[line.length - 1] !== link.predecessor) return undefined;
  // It was guessed to go on with something, but its whole history is its own first message: the conversation began there.
  const began = first.method === 'inferred' && lengthOf(first) === 1;
  const into = began ? derivedId('t_', seed, first.turn.id) : first.threadId;
  return repairOf(into, withDescendants(line, state), 'history');
}

/** Requests that carried the same session, and were placed by a guess while its ids were taken to mean nothing. */
function bySession(turn: TurnInput, link: Link, state: PrincipalState): Repair | undefined {
  const { session } = turn;
  const into = link.threadId;
  if (session === undefined || into === undefined) return undefined;
  const guessed = state.entries.filter(
    ({ kind, method, turn: { session: other } }) =>
      kind !== 'auxiliary' && method === 'inferred' && other?.id === session.id && other.source === session.source,
  );
  return repairOf(into, guessed, 'declared');
}

function repairOf(into: string, entries: readonly Entry[], evidence: Relink['evidence']): Repair | undefined {
  const relinked = entries
    .filter(({ threadId, method }) => threadId !== into && (evidence === 'declared' || method !== 'declared'))
    .map(({ turn, threadId }): Relink => ({ requestId: turn.id, from: threadId, into, evidence }));
  return relinked.length === 0 ? undefined : { into, relinked };
}

/** With the requests that certain evidence ties to one of them: branches of the same conversation, and its steps. */
function withDescendants(line: readonly Entry[], state: PrincipalState): readonly Entry[] {
  const family = new Set(line.map(({ turn }) => turn.id));
  return state.entries.filter(({ turn, kind, method, predecessorId }) => {
    const belongs = family.has(turn.id) || (kind !== 'auxiliary' && method === 'history' && family.has(predecessorId ?? ''));
    if (belongs) family.add(turn.id);
    return belongs;
  });
}

const lengthOf = ({ chain }: Entry): number => chain?.messages.length ?? 0;
