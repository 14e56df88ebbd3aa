// Requests of a thread as its reader counts them: user turns, each with the further calls that were made for it.
import type { Feedback, RequestView, ThreadDetail } from '../api/views.ts';
import { snapshotOf } from '../ui/model-name.ts';

export interface Turn {
  /** In the thread, from 1. */
  readonly number: number;
  /** The request that brought the user's message; for a thread of auxiliary calls only, the first of them. */
  readonly head: RequestView;
  /** Tool steps and auxiliary calls of the turn, in time order. */
  readonly calls: readonly Call[];
  /** What was said of one of its requests, newest first. */
  readonly feedback: readonly Feedback[];
}

/** The address of a request in the thread that is shown; without one, of the thread. */
export type LinkTo = (request: string | undefined) => string;

export interface Call {
  readonly request: RequestView;
  /** How deep it hangs below the head, from 1. */
  readonly depth: number;
}

/** The turns that are there, and how many there are in all. Of a long thread a part comes first, the rest a moment later. */
export interface Turns {
  readonly turns: readonly Turn[];
  /** Turns before those. */
  readonly before: number;
  readonly total: number;
  readonly isWhole: boolean;
}

const isHead = (request: RequestView): boolean => (request.call?.kind ?? 'turn') === 'turn';

export function turnsOf(thread: ThreadDetail): Turns {
  const before = thread.part === undefined ? 0 : (thread.requests[0]?.turn ?? 1) - 1;
  const turns = grouped(thread, before);
  return {
    turns,
    before,
    total: thread.part === undefined ? turns.length : Math.max(thread.turns, before + turns.length),
    isWhole: thread.part === undefined,
  };
}

/** By time: a call belongs to the turn of its parent run, else to the last turn before it. */
function grouped(thread: ThreadDetail, before: number): readonly Turn[] {
  const said = Map.groupBy(thread.feedbackGiven, ({ requestId }) => requestId ?? '');
  const groups: { number: number; head: RequestView; calls: Call[]; feedback: Feedback[] }[] = [];
  const groupOfRun = new Map<string, { group: (typeof groups)[number]; depth: number }>();
  for (const request of thread.requests) {
    const parent = groupOfRun.get(request.call?.parentRunId ?? '');
    let group = parent?.group ?? groups.at(-1);
    const depth = parent === undefined ? 1 : Math.min(parent.depth + 1, 6);
    if (group === undefined || isHead(request)) {
      group = { number: before + groups.length + 1, head: request, calls: [], feedback: [...(said.get(request.id) ?? [])] };
      groups.push(group);
      if (request.runId !== null) groupOfRun.set(request.runId, { group, depth: 0 });
      continue;
    }
    group.calls.push({ request, depth });
    group.feedback.push(...(said.get(request.id) ?? []));
    if (request.runId !== null) groupOfRun.set(request.runId, { group, depth });
  }
  return groups;
}

/** Which turn holds the request; -1 where none does. */
export const indexOfRequest = (turns: readonly Turn[], id: string | undefined): number =>
  id === undefined ? -1 : turns.findIndex(({ head, calls }) => head.id === id || calls.some((call) => call.request.id === id));

/** What the user got in the end: an agent answers with its last step, not with the call that began the turn. */
export const finalAnswer = ({ head, calls }: Turn): string | null =>
  calls.findLast(({ request }) => request.call?.kind !== 'auxiliary' && request.answer !== null)?.request.answer ?? head.answer;

/** The model asked for was answered by another one; a dated snapshot of the same counts as the same. */
export const isOtherModel = ({ model }: RequestView): boolean =>
  model?.requested !== undefined && model.executed !== undefined && snapshotOf(model.requested, model.executed) === undefined;
