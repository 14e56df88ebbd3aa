// One posted item: is it feedback that may be taken?
import { canonicalDigest, parseFeedback, type Feedback } from '#contract';
import type { Caller, ErrorCode } from '../kernel/index.ts';
import type { FeedbackItem, FeedbackSource, FeedbackKind, Target } from './types.ts';

export type Judged =
  | { readonly ok: true; readonly item: FeedbackItem; /** The sender said when. */ readonly hasTime: boolean }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

const TARGETS = [
  ['run', 'runId'],
  ['request', 'requestId'],
  ['response', 'responseId'],
  ['trace', 'traceId'],
  ['thread', 'threadId'],
] as const satisfies readonly (readonly [Target['kind'], keyof Feedback])[];
const USUAL_SOURCE: Readonly<Record<FeedbackKind, FeedbackSource>> = {
  thumbs: 'user',
  comment: 'user',
  score: 'evaluator',
  completion: 'application',
};
const EARLIEST_MS = Date.UTC(2015, 0, 1);
const AHEAD_MS = 60 * 60 * 1000;
const FAULTS_SHOWN = 5;

const refused = (message: string, code: ErrorCode = 'invalid_feedback'): Judged => ({ ok: false, code, message });

/** Messages name places and expectations, never values. A comment is not redacted yet. */
export function judge(value: unknown, { onlyUser }: Caller, nowMs: number): Judged {
  const parsed = parseFeedback(value);
  if (!parsed.ok) {
    const shown = parsed.faults.slice(0, FAULTS_SHOWN);
    return refused(shown.map(({ path, expected }) => `${path === '' ? '(item)' : path}: expected ${expected}`).join('; '));
  }
  const given = parsed.value;
  const targets = TARGETS.flatMap(([kind, field]): Target[] =>
    given[field] === undefined ? [] : [{ kind, id: given[field].toWellFormed() }],
  );
  const [target] = targets;
  if (target === undefined || targets.length > 1)
    return refused(`(item): expected exactly one of ${TARGETS.map(([, field]) => field).join(', ')}`);
  // A person judges as a person.
  if (onlyUser !== undefined && (given.source ?? 'user') !== 'user') return refused('/source: expected user, or none');
  const atMs = given.at === undefined ? nowMs : Date.parse(given.at);
  if (!(atMs >= EARLIEST_MS && atMs <= nowMs + AHEAD_MS))
    return refused('/at: expected a time from 2015 to one hour from now', 'time_out_of_range');
  const item = {
    target,
    kind: given.kind,
    value: numberOf(given.value),
    comment: given.kind === 'comment' ? String(given.value).toWellFormed() : null,
    name: given.name ?? null,
    source: onlyUser === undefined ? (given.source ?? USUAL_SOURCE[given.kind]) : 'user',
    giver: onlyUser ?? null,
  };
  return { ok: true, item: { ...item, id: given.id ?? '', atMs }, hasTime: given.at !== undefined };
}

function numberOf(value: Feedback['value']): number | null {
  if (value === 'up') return 1;
  if (value === 'down') return -1;
  return typeof value === 'string' ? null : Number(value);
}

/**
 * The id under which an item is kept. People choose ids within their own only: nobody learns of another's, or takes one away.
 * Without an id the content is one, where the comment is redacted already; the time counts only where it was given.
 */
export function keyOf(item: FeedbackItem, hasTime: boolean): string {
  if (item.id !== '') return item.giver === null ? item.id : `own:${canonicalDigest([item.giver, item.id])}`;
  const { target, kind, value, comment, name, source, giver } = item;
  return `content:${canonicalDigest([target.kind, target.id, kind, value, comment, name, source, giver, hasTime ? item.atMs : null])}`;
}
