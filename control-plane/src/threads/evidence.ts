// Certain evidence first: tool calls, declared ids, history. What is left over is for inference.
import { chainOf, sameMessages, type Chain } from './chain.ts';
import { newestOf, previousResponse, toolCaller } from './declared.ts';
import type { Entry } from './entry.ts';
import { carriesUnseenAnswers, goesOn, matchHistory, saysAgain, sendsHistory, threadsSharing, type HistoryMatch } from './history.ts';
import { inferLink } from './infer/infer.ts';
import { certain, FORKED, fresh, traitsOf, truncationOf, type Link } from './link.ts';
import { fromSession } from './session.ts';
import type { Settings } from './settings.ts';
import type { PrincipalState } from './state.ts';
import { saidUntil, summarisedBefore } from './summary.ts';
import type { Reason, TurnInput } from './types.ts';

/** Weighs the evidence on a turn or step from certain to inferred. */
export function link(sent: TurnInput, state: PrincipalState, settings: Settings): Link {
  const summarised = summarisedBefore(sent, state);
  const turn = summarised === undefined || sent.history === undefined ? sent : { ...sent, history: { ...sent.history, summary: true } };
  const chain = chainOf(turn.history);
  const history = chain === undefined ? undefined : matchHistory(chain, state);
  return (
    fromToolCalls(turn, state, history) ??
    compacted(fromSession(turn, state, settings, history), summarised) ??
    fromPreviousResponse(turn, state) ??
    (history === undefined ? undefined : fromHistory(history, chain)) ??
    (summarised === undefined ? undefined : fromSummary(summarised)) ??
    withoutProof(turn, state, settings, chain)
  );
}

function fromToolCalls(turn: TurnInput, state: PrincipalState, history: HistoryMatch | undefined): Link | undefined {
  const caller = toolCaller(turn, state);
  if (caller === undefined) return undefined;
  const link = certain('history', caller, [{ code: 'tool_results', text: 'It answers tool calls of an earlier request.' }]);
  // A client may begin to forget in the middle of an agent's work.
  return history?.thread.id === caller.threadId ? { ...link, truncation: traitsOf(history, turn).truncation } : link;
}

/** Nothing but the newest message is left: the summary alone tells which conversation it is. */
function fromSummary(before: Entry): Link {
  const reason: Reason = { code: 'summary_of_thread', text: 'It begins with the summary that was made of an earlier conversation.' };
  return { ...certain('history', before, [reason]), truncation: { dropped: saidUntil(before), kind: 'compacted' } };
}

/** A session does not say what was dropped; the summary does. */
function compacted(link: Link | undefined, before: Entry | undefined): Link | undefined {
  if (link === undefined || before === undefined || link.truncation !== undefined || link.threadId !== before.threadId) return link;
  return { ...link, truncation: { dropped: saidUntil(before), kind: 'compacted' } };
}

function fromPreviousResponse(turn: TurnInput, state: PrincipalState): Link | undefined {
  const earlier = previousResponse(turn, state);
  if (earlier === undefined) return undefined;
  return {
    ...certain('declared', earlier, [{ code: 'previous_response', text: 'It names the answer that it continues.' }]),
    fork: newestOf(state, earlier.threadId) !== earlier,
  };
}

/** Another chat may have begun with the same words and never have been seen. */
const UNHEARD = 0.9;

function fromHistory(match: HistoryMatch, chain: Chain | undefined): Link {
  const { dropped } = match;
  const reasons: Reason[] = [
    match.presumed
      ? { code: 'history_unheard', text: 'It carries all messages of an earlier request, and an answer that was not captured there.' }
      : match.exact
        ? { code: 'history_prefix', text: 'Its history is that of an earlier request and its answer.' }
        : { code: 'history_tail', text: 'Its history ends like that of an earlier request.' },
  ];
  if (match.fork) reasons.push({ code: FORKED, text: 'It goes on from an earlier point than the newest request of the thread.' });
  if (dropped > 0) reasons.push({ code: 'history_truncated', text: `The client no longer sends ${dropped} earlier messages.` });
  if (match.rivals > 1) reasons.push({ code: 'history_ambiguous', text: `${match.rivals} threads begin with the same messages.` });
  return {
    ...certain('history', match.entry, reasons),
    confidence: match.presumed ? UNHEARD : 1 / match.rivals,
    fork: match.fork,
    truncation: truncationOf(match, chain?.summary ?? false),
  };
}

/** Nothing certain is known: a new chat by its form, a history that was never seen, or a guess. */
function withoutProof(turn: TurnInput, state: PrincipalState, settings: Settings, chain: Chain | undefined): Link {
  const names = turn.call?.previousResponseId !== undefined;
  const unseen = chain !== undefined && carriesUnseenAnswers(chain, state);
  const orphaned = names || unseen;
  const orphanedReason: Reason = { code: 'unseen_history', text: 'It carries a history that was never seen here.' };
  if (chain !== undefined && chain.messages.length === 1 && !chain.summary && sendsHistory(state)) {
    return fresh('history', 0.95, [{ code: 'history_starts', text: 'The client sends its history along, and there is none.' }]);
  }
  const sharing = chain !== undefined && chain.messages.length > 1 && !chain.summary ? threadsSharing(chain, state) : undefined;
  const inferable = turn.inferable && settings.inference;
  if (chain !== undefined && inferable && beginsLikeAnother(chain, state)) {
    return fresh('history', 0.7, [{ code: 'same_beginning', text: 'It carries no history, and begins word for word like another chat.' }]);
  }
  if (chain !== undefined && sharing !== undefined && beginsWithPrefix(turn, chain, state)) {
    return fresh('history', 0.85, [
      { code: 'same_prefix', text: 'All but its newest message is what another chat began with as well: a prefix of the client.' },
    ]);
  }
  if (!inferable || sharing?.size === 0) {
    return {
      ...fresh(
        'new',
        orphaned ? 0.95 : 0.5,
        orphaned ? [orphanedReason] : [{ code: 'no_evidence', text: 'Nothing ties it to an earlier request.' }],
      ),
      orphaned,
    };
  }
  const guess = inferLink(turn, state, settings, sharing);
  if (guess.threadId !== undefined) {
    return chain?.summary === true
      ? { ...guess, reasons: [...guess.reasons, { code: 'history_summary', text: 'Its history begins with a summary.' }] }
      : guess;
  }
  return orphaned ? { ...guess, orphaned, reasons: [orphanedReason, ...guess.reasons] } : guess;
}

/** True where the messages before the newest are, to the letter, those with which another thread came; its newest is no edit of that one's. */
function beginsWithPrefix(turn: TurnInput, chain: Chain, state: PrincipalState): boolean {
  const before = chain.messages.length - 1;
  return [...state.threads.values()].some(({ entries }) => {
    const opening = entries.find((entry) => entry.chain !== undefined);
    if (opening?.chain?.messages.length !== before + 1 || opening.chain.keyId !== chain.keyId) return false;
    const isSame = chain.messages.subarray(0, before).every((message, index) => message === opening.chain?.messages[index]);
    return isSame && !saysAgain(turn, opening.turn);
  });
}

/**
 * True where all its messages are, to the letter, those with which an earlier chat began: sent again in a chat of its own. That chat's first
 * answer is not among them, so nothing tells the two apart from a question that is asked again; in doubt they are two.
 */
function beginsLikeAnother(chain: Chain, state: PrincipalState): boolean {
  if (chain.omitted > 0) return false;
  return [...state.threads.values()].some(({ entries }) => {
    const opening = entries.find((entry) => entry.chain !== undefined);
    if (opening?.chain === undefined || !sameMessages(chain, opening.chain)) return false;
    return chain.messages.length > 1 || (opening.predecessorId === undefined && !entries.some(goesOnAlone));
  });
}

/** A turn of a client that keeps nothing of what was said: there every message comes alone, and "yes" twice begins nothing. */
const goesOnAlone = (entry: Entry): boolean =>
  entry.kind === 'turn' && entry.predecessorId !== undefined && entry.chain !== undefined && !goesOn(entry);
