// What deserves a badge on a turn, worst first.
import type { Feedback, RequestView } from '../api/views.ts';
import type { Tone } from '../ui/badge.tsx';
import { words } from '../ui/format.ts';
import { isOtherModel, type Turn } from './turns.ts';

const RANKS: readonly Tone[] = ['bad', 'warn', 'accent', 'plain', 'good'];

export interface Mark {
  readonly tone: Tone;
  readonly text: string;
  readonly title: string;
}

export function marksOf(request: RequestView): readonly Mark[] {
  const marks: Mark[] = [];
  const add = (tone: Tone, text: string, title: string): void => void marks.push({ tone, text, title });
  // A refusal is told by the guardrail that made it.
  const isRefused =
    request.guardrails.some(({ verdict }) => verdict === 'block') &&
    (request.status?.outcome === 'blocked' || request.error?.type.includes('guardrail') === true);
  if (request.error !== null && !isRefused) {
    add(
      'bad',
      `error: ${words(request.error.code ?? request.error.type)}`,
      `${request.error.type} in stage ${request.error.stage ?? 'unknown'}`,
    );
  } else if (request.status?.outcome === 'error' && !isRefused) {
    add('bad', `error ${request.status.http ?? ''}`.trim(), 'The provider or the gateway failed');
  }
  for (const { name, verdict, stage } of request.guardrails) {
    if (verdict === 'block') add('bad', `blocked: ${name}`, `A guardrail refused the ${stage ?? 'request'}`);
    if (verdict === 'mask') add('warn', `masked: ${name}`, `A guardrail changed the ${stage ?? 'request'}`);
  }
  if (request.status?.outcome === 'aborted') add('warn', 'aborted', 'The client went away before the answer was complete');
  if (request.truncation !== null) {
    const { dropped, kind } = request.truncation;
    add('warn', kind === 'compacted' ? 'history compacted' : `${dropped} dropped`, `The client no longer sent ${dropped} earlier messages`);
  }
  if (request.status?.finishReason === 'length') add('warn', 'answer cut', 'The answer reached the token limit');
  if (request.followUp === 'correction') add('warn', 'correction', 'The user corrects the answer before');
  if (request.followUp === 'repeat') add('warn', 'repeat', 'The user asks the same again');
  if (request.fork) add('accent', 'fork', 'Goes on from an earlier point: regenerated or edited');
  if (isOtherModel(request)) add('warn', 'other model', 'Another model answered than was asked for');
  return marks;
}

function marksOfFeedback(feedback: readonly Feedback[]): readonly Mark[] {
  const thumbs = feedback.filter(({ kind }) => kind === 'thumbs');
  const given: Mark[] = [];
  if (thumbs.some(({ value }) => value === 'down')) given.push({ tone: 'bad', text: 'thumb down', title: 'Someone judged the answer bad' });
  if (thumbs.some(({ value }) => value === 'up')) given.push({ tone: 'good', text: 'thumb up', title: 'Someone judged the answer good' });
  return given;
}

/** Those of the turn, of its calls and of what was said of them, each text once, worst first. */
export function marksOfTurn(turn: Turn): readonly Mark[] {
  const marks = new Map<string, Mark>();
  for (const request of [turn.head, ...turn.calls.map((call) => call.request)]) {
    for (const mark of marksOf(request)) if (!marks.has(mark.text)) marks.set(mark.text, mark);
  }
  for (const mark of marksOfFeedback(turn.feedback)) marks.set(mark.text, mark);
  return [...marks.values()].sort((a, b) => RANKS.indexOf(a.tone) - RANKS.indexOf(b.tone));
}

export const worstTone = (marks: readonly Mark[]): Tone =>
  marks.some((mark) => mark.tone === 'bad') ? 'bad' : marks.some((mark) => mark.tone === 'warn') ? 'warn' : 'plain';
