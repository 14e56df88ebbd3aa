// A thread's requests as its user turns: what an agent called for a turn belongs to it.
import type { FeedbackView, RequestView, ThreadDetail } from '../threads/index.ts';
import type { CourseTurn, ThreadInsight, TurnOutcome } from './views.ts';

/** A turn with the requests that make it. */
export interface Turn {
  readonly shown: CourseTurn;
  /** The request that brought the user's message. */
  readonly opening: RequestView;
  readonly requests: readonly RequestView[];
}

const kindOf = (request: RequestView): string => request.call?.kind ?? 'turn';
const modelOf = (request: RequestView): string | undefined => request.model?.executed ?? request.model?.requested;
export const isBlocked = (request: RequestView): boolean =>
  request.status?.outcome === 'blocked' || request.guardrails.some(({ verdict }) => verdict === 'block');

/**
 * Calls before the first turn belong to it; a thread of auxiliary calls alone has no turns. Of a thread with more requests
 * than are read the first turns are missing, and numbers go on from them.
 */
export function turnsOf({ requests, feedbackGiven, turns }: Pick<ThreadDetail, 'requests' | 'feedbackGiven' | 'turns'>): Turn[] {
  const groups: RequestView[][] = [];
  let early: RequestView[] = [];
  for (const request of requests) {
    if (kindOf(request) === 'turn') {
      groups.push([...early, request]);
      early = [];
    } else (groups.at(-1) ?? early).push(request);
  }
  const thumbs = lastThumbs(feedbackGiven);
  const missing = Math.max(0, turns - groups.length);
  return groups.flatMap((group, index) => {
    const opening = group.find((request) => kindOf(request) === 'turn');
    return opening === undefined ? [] : [{ opening, requests: group, shown: shownTurn(group, opening, missing + index + 1, thumbs) }];
  });
}

function shownTurn(
  group: readonly RequestView[],
  opening: RequestView,
  turn: number,
  thumbs: ReadonlyMap<string, readonly boolean[]>,
): CourseTurn {
  const given = group.flatMap(({ id }) => thumbs.get(id) ?? []);
  const ends = group.flatMap(({ endedAt }) => (endedAt === null ? [] : [Date.parse(endedAt)]));
  return {
    turn,
    requestId: opening.id,
    at: opening.at,
    intent: opening.intent,
    followUp: opening.followUp,
    position: opening.position,
    models: [...new Set(group.filter((request) => kindOf(request) !== 'auxiliary').flatMap((request) => modelOf(request) ?? []))],
    calls: group.length,
    inputTokens: sum(group.map(({ usage }) => usage?.inputTokens ?? 0)),
    outputTokens: sum(group.map(({ usage }) => usage?.outputTokens ?? 0)),
    costUsd: costOf(group),
    outcome: outcomeOf(group),
    durationMs: ends.length === 0 ? null : Math.max(0, Math.max(...ends) - Date.parse(opening.at)),
    up: given.filter((good) => good).length,
    down: given.filter((good) => !good).length,
  };
}

function outcomeOf(group: readonly RequestView[]): TurnOutcome | null {
  const last = group.findLast((request) => kindOf(request) !== 'auxiliary');
  if (last === undefined) return null;
  return isBlocked(last) ? 'blocked' : (last.status?.outcome ?? null);
}

/** Of several thumbs of one request by one source under one name the last counts. Feedback comes newest first. */
function lastThumbs(feedback: readonly FeedbackView[]): ReadonlyMap<string, readonly boolean[]> {
  const seen = new Set<string>();
  const thumbs = new Map<string, boolean[]>();
  for (const { kind, requestId, source, name, value } of feedback) {
    const key = JSON.stringify([requestId, source, name]);
    if (kind !== 'thumbs' || requestId === null || seen.has(key)) continue;
    seen.add(key);
    thumbs.set(requestId, [...(thumbs.get(requestId) ?? []), value === 'up']);
  }
  return thumbs;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Null where no request has a cost: that is not zero. */
function costOf(requests: readonly RequestView[]): number | null {
  const costs = requests.flatMap(({ costUsd }) => costUsd ?? []);
  return costs.length === 0 ? null : sum(costs);
}

/** Calls, tokens and cost by the model that answered, most calls first. */
export function byModel(requests: readonly RequestView[]): ThreadInsight['models'] {
  const groups = Map.groupBy(requests, (request) => modelOf(request) ?? 'unknown');
  return [...groups]
    .map(([model, own]) => ({
      model,
      calls: own.length,
      inputTokens: sum(own.map(({ usage }) => usage?.inputTokens ?? 0)),
      outputTokens: sum(own.map(({ usage }) => usage?.outputTokens ?? 0)),
      costUsd: costOf(own),
    }))
    .toSorted((a, b) => b.calls - a.calls || (a.model < b.model ? -1 : 1));
}

export function costOfThread(requests: readonly RequestView[]): ThreadInsight['cost'] {
  const hasTokens = ({ usage }: RequestView): boolean => (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0) > 0;
  return {
    usd: costOf(requests),
    pricedCalls: requests.filter(({ costUsd }) => costUsd !== null).length,
    unpricedCalls: requests.filter((request) => request.costUsd === null && hasTokens(request)).length,
    inputTokens: sum(requests.map(({ usage }) => usage?.inputTokens ?? 0)),
    outputTokens: sum(requests.map(({ usage }) => usage?.outputTokens ?? 0)),
  };
}

/** Stretches of turns with one intent. */
export function intentCourse(turns: readonly Turn[]): ThreadInsight['intents']['course'] {
  const course: { intent: CourseTurn['intent']; fromTurn: number; toTurn: number }[] = [];
  for (const { shown } of turns) {
    const last = course.at(-1);
    if (last?.intent === shown.intent) last.toTurn = shown.turn;
    else course.push({ intent: shown.intent, fromTurn: shown.turn, toTurn: shown.turn });
  }
  return course;
}
