// What a thread's row says, as a fold over its requests in time order. The same fold runs over one new request and, when
// something arrives late, over all of them: the two can never disagree.
import type { ThreadTable } from './schema.ts';

/** What the fold reads of a request. */
export interface Step {
  readonly id: string;
  readonly at: number;
  readonly ended_at: number | null;
  readonly principal: string | null;
  readonly session_id: string;
  readonly kind: string;
  readonly follow_up: string | null;
  readonly confidence: number;
  readonly outcome: string | null;
  readonly blocked: number;
  readonly truncated: number;
  readonly model: string | null;
  readonly topic_id: string | null;
  readonly topic_label: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_usd: number | null;
  readonly prompt: string | null;
}

export type Aggregate = Omit<ThreadTable, 'scope' | 'id'>;

const TITLE_LENGTH = 240;
/** Distinct models or sessions that a row names; a thread with more is a machine's. */
const MAX_NAMES = 1_000;

function shorten(text: string): string {
  if (text.length <= TITLE_LENGTH) return text;
  // Not between the halves of a surrogate pair.
  return `${text.slice(0, TITLE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function withName(list: string, name: string | null): string {
  if (name === null) return list;
  const names = JSON.parse(list) as string[];
  return names.includes(name) || names.length >= MAX_NAMES ? list : JSON.stringify([...names, name]);
}

/** A correction or the same question again: the user did not get what was asked for. */
const complains = (step: Step): boolean => step.follow_up === 'correction' || step.follow_up === 'repeat';

/** How a request shows that the conversation broke; truncation first, since it is the cause of what follows it. */
function troubleOf(step: Step): string | null {
  if (step.truncated === 1) return 'truncation';
  if (step.outcome === 'error') return 'error';
  return complains(step) ? step.follow_up : null;
}

function begin(step: Step): Aggregate {
  return {
    principal: step.principal,
    started_at: step.at,
    last_at: step.at,
    ended_at: step.at,
    turns: 0,
    calls: 0,
    title: '',
    last_prompt: '',
    topic_id: null,
    topic_label: null,
    models: '[]',
    sessions: '[]',
    errors: 0,
    blocks: 0,
    input_tokens: 0,
    output_tokens: 0,
    cost_usd: null,
    lowest_confidence: 1,
    breakdown_request: null,
    breakdown_kind: null,
    complaints: 0,
    last_complaint: 0,
    last_outcome: null,
  };
}

/** Senders state tokens: past the last safe integer SQLite's number could not be read back, and the row with it. */
const sum = (total: number, more: number | null): number => Math.min(Number.MAX_SAFE_INTEGER, total + (more ?? 0));

/** The parts that every call counts in, auxiliary ones too: time, cost, faults. */
function addCall(before: Aggregate, step: Step): Aggregate {
  return {
    ...before,
    // Shared sessions span people: then the thread belongs to none of them, and no one reads it as their own.
    principal: before.principal === step.principal ? before.principal : null,
    last_at: Math.max(before.last_at, step.at),
    ended_at: Math.max(before.ended_at, step.ended_at ?? step.at),
    calls: before.calls + 1,
    models: withName(before.models, step.model),
    sessions: withName(before.sessions, step.session_id),
    errors: before.errors + (step.outcome === 'error' ? 1 : 0),
    blocks: before.blocks + step.blocked,
    input_tokens: sum(before.input_tokens, step.input_tokens),
    output_tokens: sum(before.output_tokens, step.output_tokens),
    cost_usd: step.cost_usd === null ? before.cost_usd : (before.cost_usd ?? 0) + step.cost_usd,
  };
}

/** The next request of the thread, not earlier than those before it. */
export function fold(before: Aggregate | undefined, step: Step): Aggregate {
  const next = addCall(before ?? begin(step), step);
  if (step.kind === 'auxiliary') return next;
  const isTurn = step.kind === 'turn';
  const complained = complains(step);
  next.turns += isTurn ? 1 : 0;
  next.lowest_confidence = Math.min(next.lowest_confidence, step.confidence);
  next.last_outcome = step.blocked === 1 ? 'blocked' : step.outcome;
  if (isTurn) {
    next.complaints += complained ? 1 : 0;
    next.last_complaint = complained ? 1 : 0;
    if (step.prompt !== null && step.prompt !== '') {
      next.last_prompt = shorten(step.prompt);
      if (next.title === '') next.title = next.last_prompt;
    }
    if (step.topic_id !== null) {
      next.topic_id = step.topic_id;
      next.topic_label = step.topic_label;
    }
  }
  const trouble = next.turns > 1 ? troubleOf(step) : null;
  if (trouble !== null && next.breakdown_request === null) {
    next.breakdown_request = step.id;
    next.breakdown_kind = trouble;
  }
  return next;
}

export type Outcome = 'open' | 'completed' | 'abandoned' | 'corrected' | 'failed';

/** A thread of longer ago is never open. */
export const OPEN_SECONDS = 30 * 60;

/** What people and applications said of a thread, as far as it bears on its outcome. */
export interface Said {
  /** Thumbs that point down. */
  readonly downs: number;
  readonly lastThumb: { readonly good: boolean; readonly atMs: number } | undefined;
  readonly lastCompletion: { readonly good: boolean; readonly atMs: number } | undefined;
}

/**
 * What was said after the last request decides: a completion on its own (completed, or failed), a thumb in the place of that
 * request's own sign. Else open: active within the last 30 minutes. failed: the last answer was an error or was blocked.
 * abandoned: the user left while it was being written, or right after a correction, a repeat or a thumb that points down.
 * corrected: went on after one. completed: none of it.
 */
export function outcomeOf(thread: Aggregate, nowMs: number, said?: Said): Outcome {
  const isLast = (one: Said['lastThumb']): boolean => one !== undefined && one.atMs >= thread.last_at * 1_000;
  if (isLast(said?.lastCompletion)) return said?.lastCompletion?.good === true ? 'completed' : 'failed';
  if (nowMs / 1_000 - thread.last_at < OPEN_SECONDS) return 'open';
  if (thread.last_outcome === 'error' || thread.last_outcome === 'blocked') return 'failed';
  const leftUnhappy = isLast(said?.lastThumb) ? said?.lastThumb?.good === false : thread.last_complaint === 1;
  if (thread.last_outcome === 'aborted' || leftUnhappy) return 'abandoned';
  return thread.complaints + (said?.downs ?? 0) > 0 ? 'corrected' : 'completed';
}
