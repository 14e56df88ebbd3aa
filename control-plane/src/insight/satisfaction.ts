// How a user seems to feel about a thread: what they said, and what they did. The weights are a convention in log-odds.
import { isThanks, type FeedbackView, type ThreadDetail } from '../threads/index.ts';
import type { Turn } from './course.ts';
import { complains, failed } from './trouble.ts';
import type { Satisfaction, SatisfactionSignal } from './views.ts';

type Signal = Satisfaction['signals'][number];

/** By signal: what one, and what all of them together, weigh at most. */
export const SIGNAL_WEIGHTS: Readonly<Record<SatisfactionSignal, { readonly each: number; readonly most: number }>> = {
  thumbs_up: { each: 1.2, most: 2.4 },
  thumbs_down: { each: -1.2, most: -2.4 },
  said_done: { each: 2, most: 2 },
  said_not_done: { each: -2, most: -2 },
  thanks: { each: 1, most: 1 },
  ended_well: { each: 0.3, most: 0.3 },
  recovered: { each: 0.5, most: 0.5 },
  abandoned: { each: -1.2, most: -1.2 },
  last_answer_failed: { each: -1.5, most: -1.5 },
  correction: { each: -0.6, most: -0.6 },
  repeated_correction: { each: -0.6, most: -1.8 },
  rephrasing: { each: -0.5, most: -1.5 },
};
const SATISFIED_FROM = 0.65;
const UNSATISFIED_TO = 0.35;

export function satisfactionOf(thread: ThreadDetail, turns: readonly Turn[]): Satisfaction {
  const signals = [...saidSignals(thread.feedbackGiven), ...courseSignals(turns), ...endSignals(thread, turns)];
  if (signals.length === 0) return { verdict: 'unknown', score: null, signals };
  const score = 1 / (1 + Math.exp(-signals.reduce((sum, { weight }) => sum + weight, 0)));
  return { verdict: score >= SATISFIED_FROM ? 'satisfied' : score <= UNSATISFIED_TO ? 'unsatisfied' : 'mixed', score, signals };
}

function signal(name: SatisfactionSignal, text: string, requestIds: readonly string[], count = requestIds.length): Signal {
  const { each, most } = SIGNAL_WEIGHTS[name];
  const weight = Math.sign(most) * Math.min(Math.abs(most), Math.abs(each) * Math.max(1, count));
  return { signal: name, weight, text, requestIds };
}

/** What people and applications said; of several judgements of one thing by one source under one name the last counts. */
function saidSignals(feedback: readonly FeedbackView[]): Signal[] {
  const seen = new Set<string>();
  const last = feedback.filter(({ kind, requestId, source, name }) => {
    const key = JSON.stringify([kind, kind === 'completion' ? null : requestId, source, name]);
    const isLast = !seen.has(key);
    seen.add(key);
    return isLast;
  });
  const ids = (kind: string, value: unknown): { readonly count: number; readonly requestIds: string[] } => {
    const items = last.filter((item) => item.kind === kind && item.value === value);
    return { count: items.length, requestIds: [...new Set(items.flatMap(({ requestId }) => requestId ?? []))] };
  };
  const [up, down] = [ids('thumbs', 'up'), ids('thumbs', 'down')];
  const completion = last.find(({ kind }) => kind === 'completion');
  const completed = completion?.requestId === undefined || completion.requestId === null ? [] : [completion.requestId];
  return [
    ...(up.count > 0 ? [signal('thumbs_up', `${count(up.count, 'thumb points', 'thumbs point')} up.`, up.requestIds, up.count)] : []),
    ...(down.count > 0
      ? [signal('thumbs_down', `${count(down.count, 'thumb points', 'thumbs point')} down.`, down.requestIds, down.count)]
      : []),
    ...(completion?.value === true ? [signal('said_done', 'Somebody said that it was done.', completed)] : []),
    ...(completion?.value === false ? [signal('said_not_done', 'Somebody said that it was not done.', completed)] : []),
  ];
}

/** Corrections and repeats on the way. */
function courseSignals(turns: readonly Turn[]): Signal[] {
  const of = (kind: string): string[] => turns.filter(({ shown }) => shown.followUp === kind).map(({ shown }) => shown.requestId);
  const [corrections, repeats] = [of('correction'), of('repeat')];
  const [, ...further] = corrections;
  const lastComplaint = turns.findLastIndex(complains);
  const after = turns.slice(lastComplaint + 1);
  return [
    ...(corrections.length > 0 ? [signal('correction', 'The user corrected an answer.', corrections.slice(0, 1))] : []),
    ...(further.length > 0
      ? [signal('repeated_correction', `${count(further.length, 'more correction', 'more corrections')} followed.`, further)]
      : []),
    ...(repeats.length > 0
      ? [
          signal(
            'rephrasing',
            `The user asked for the same thing again ${repeats.length === 1 ? 'once' : `${repeats.length} times`}.`,
            repeats,
          ),
        ]
      : []),
    ...(lastComplaint >= 0 && after.length > 0 && !after.some(failed)
      ? [
          signal(
            'recovered',
            'After the last complaint it went on without one.',
            after.slice(0, 1).map(({ shown }) => shown.requestId),
          ),
        ]
      : []),
  ];
}

/** How it ended; nothing is said of threads that are open. */
function endSignals({ outcome }: ThreadDetail, turns: readonly Turn[]): Signal[] {
  const last = turns.at(-1);
  if (last === undefined) return [];
  const at = [last.shown.requestId];
  const thanked = turns.length > 1 && isThanks(last.opening.prompt ?? '') && !complains(last) && !failed(last);
  if (thanked) return [signal('thanks', 'It ends with thanks or praise.', at)];
  if (outcome === 'open') return [];
  if (failed(last)) return [signal('last_answer_failed', 'The last answer failed or was blocked.', at)];
  if (outcome === 'abandoned') return [signal('abandoned', 'The user left while the answer was written, or right after a complaint.', at)];
  return outcome === 'completed' ? [signal('ended_well', 'It ended without a complaint.', at)] : [];
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
