// What came of the conversations: counts, and how the threads found compare with the conversations made.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '#contract';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import type { ControlPlane } from './control-plane.ts';
import { PLANTED } from './planted.ts';
import type { Sent } from './speaker.ts';

export interface Figures {
  readonly requests: number;
  readonly stored: number;
  readonly users: number;
  readonly conversationsMade: number;
  readonly threadsFound: number;
  /** Of all pairs of requests in one thread, the share of one conversation; and the reverse. */
  readonly pairPrecision: number;
  readonly pairRecall: number;
  /** Conversations that share a thread, and conversations in several threads. */
  readonly merged: readonly (readonly string[])[];
  readonly split: readonly string[];
  readonly truncations: number;
  readonly compactions: number;
  readonly forks: number;
  readonly steps: number;
  readonly auxiliary: number;
  readonly errors: number;
  readonly blocks: number;
  readonly fallbacks: number;
  readonly corrections: number;
  readonly refinements: number;
  readonly repeats: number;
  readonly thumbsUp: number;
  readonly thumbsDown: number;
  readonly scores: number;
  readonly completions: number;
  readonly comments: number;
  /** Runs by what the manifests say of them. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** What alerts are put down to, the likeliest cause of each. */
  readonly causes: readonly string[];
  readonly redactions: Readonly<Record<string, number>>;
  /** Names of planted values that the API shows. */
  readonly leaks: readonly string[];
}

interface Answers {
  readonly threads: readonly ThreadDetail[];
  readonly requests: readonly RequestView[];
  /** Everything as it came. */
  readonly text: string;
}

async function readAll(control: ControlPlane): Promise<Answers> {
  const texts: string[] = [];
  const get = async <T>(route: string): Promise<T> => {
    const text = await control.text(route);
    texts.push(text);
    return JSON.parse(text) as T;
  };
  const threads: ThreadDetail[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<ThreadSummary> = await get(`/v1/threads?limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    for (const { id } of page.items) threads.push(await get<ThreadDetail>(`/v1/threads/${id}`));
    cursor = page.next;
  }
  return { threads, requests: threads.flatMap((thread) => thread.requests), text: texts.join('\n') };
}

/** Waits until everything that was sent can be asked for. Rejects with what is missing after the time. */
export async function untilStored(control: ControlPlane, sent: readonly Sent[], limitMs: number): Promise<void> {
  const waiting = new Set(sent.flatMap(({ runId }) => runId ?? []));
  const end = Date.now() + limitMs;
  while (waiting.size > 0) {
    for (const id of waiting) {
      const isThere = await control.text(`/v1/requests/${id}`).then(
        () => true,
        () => false,
      );
      if (!isThere) break;
      waiting.delete(id);
    }
    if (Date.now() > end) throw new Error(`${waiting.size} of ${sent.length} requests were not stored within ${limitMs / 1000} s`);
    if (waiting.size > 0) await sleep(50);
  }
}

/** Waits until what was said stands at its threads: it is often said before the request is stored. */
export async function untilHeard(control: ControlPlane, told: readonly { readonly runId: string }[], limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  for (const [runId, said] of Map.groupBy(told, (item) => item.runId)) {
    for (;;) {
      const { thread } = JSON.parse(await control.text(`/v1/requests/${runId}`)) as RequestView;
      const { feedbackGiven } = JSON.parse(await control.text(`/v1/threads/${thread}`)) as ThreadDetail;
      if (feedbackGiven.filter(({ requestId }) => requestId === runId).length >= said.length) break;
      if (Date.now() > end) throw new Error(`Feedback was not attached to its request within ${limitMs / 1000} s`);
      await sleep(50);
    }
  }
}

export async function figuresOf(control: ControlPlane, sent: readonly Sent[]): Promise<Figures> {
  const { threads, requests, text } = await readAll(control);
  const sum = (of: (thread: ThreadDetail) => number): number => threads.reduce((total, thread) => total + of(thread), 0);
  const count = (test: (request: RequestView) => boolean): number => requests.filter(test).length;
  const redactions: Record<string, number> = {};
  for (const request of requests) {
    for (const [type, found] of Object.entries(request.redactions)) redactions[type] = (redactions[type] ?? 0) + found;
  }
  return {
    requests: sent.length,
    stored: requests.length,
    users: new Set(requests.flatMap(({ user }) => user ?? [])).size,
    ...compare(sent, requests),
    truncations: count(({ truncation }) => truncation?.kind === 'truncated'),
    compactions: sum(compactionsIn),
    forks: count(({ fork }) => fork),
    steps: count(({ call }) => call?.kind === 'step'),
    auxiliary: count(({ call }) => call?.kind === 'auxiliary'),
    errors: count(({ status }) => status?.outcome === 'error'),
    blocks: count(({ status }) => status?.outcome === 'blocked'),
    fallbacks: count(({ model }) => isFallback(model)),
    corrections: count(({ followUp }) => followUp === 'correction'),
    refinements: count(({ followUp }) => followUp === 'refinement'),
    repeats: count(({ followUp }) => followUp === 'repeat'),
    thumbsUp: sum(({ feedback }) => feedback.up),
    thumbsDown: sum(({ feedback }) => feedback.down),
    scores: sum(({ feedback }) => (feedback.scores ?? []).reduce((total, { count: n }) => total + n, 0)),
    completions: sum(({ feedback }) => (feedback.completed === undefined ? 0 : 1)),
    comments: sum(({ feedbackGiven }) => feedbackGiven.filter(({ kind }) => kind === 'comment').length),
    verdicts: await verdictsOf(control),
    causes: await causesOf(control),
    redactions,
    leaks: Object.entries(PLANTED).flatMap(([name, value]) => (text.includes(value) ? [name] : [])),
  };
}

interface ListedVerdicts {
  readonly items: readonly { readonly verdict: string; readonly runs: number }[];
}

async function verdictsOf(control: ControlPlane): Promise<Figures['verdicts']> {
  const { items } = JSON.parse(await control.text('/v1/runs/verdicts')) as ListedVerdicts;
  const counts: Record<string, number> = {};
  for (const { verdict, runs } of items) counts[verdict] = (counts[verdict] ?? 0) + runs;
  return counts;
}

interface ListedAlerts {
  readonly items: readonly { readonly first: { readonly dimension: string; readonly value: string } | null }[];
}

async function causesOf(control: ControlPlane): Promise<readonly string[]> {
  const { items } = JSON.parse(await control.text('/v1/alerts')) as ListedAlerts;
  return items.map(({ first }) => (first === null ? 'none' : `${first.dimension}: ${first.value}`));
}

/** Times at which a summary took the place of more: what comes after it stands behind the same one. */
function compactionsIn({ requests }: Pick<ThreadDetail, 'requests'>): number {
  let [times, dropped] = [0, 0];
  for (const { truncation } of requests) {
    if (truncation?.kind !== 'compacted' || truncation.dropped <= dropped) continue;
    times += 1;
    ({ dropped } = truncation);
  }
  return times;
}

/** A model resolves to dated snapshots of itself; any other answering is a fallback. */
function isFallback(model: Pick<Model, 'requested' | 'executed'> | null): boolean {
  if (model?.requested === undefined || model.executed === undefined) return false;
  const rest = model.executed.startsWith(model.requested) ? model.executed.slice(model.requested.length) : undefined;
  return rest === undefined || !/^(-\d{4}.*)?$/.test(rest);
}

type Comparison = Pick<Figures, 'conversationsMade' | 'threadsFound' | 'pairPrecision' | 'pairRecall' | 'merged' | 'split'>;

export function compare(sent: readonly Sent[], requests: readonly Pick<RequestView, 'id' | 'thread'>[]): Comparison {
  const made = new Map(sent.filter(({ isConversation }) => isConversation).map(({ runId, conversation }) => [runId, conversation]));
  const both = requests.flatMap(({ id, thread }) => {
    const conversation = made.get(id);
    return conversation === undefined ? [] : [{ thread, conversation }];
  });
  const byThread = Map.groupBy(both, ({ thread }) => thread);
  const byConversation = Map.groupBy(both, ({ conversation }) => conversation);
  const shared = [...Map.groupBy(both, ({ thread, conversation }) => `${thread} ${conversation}`).values()];
  const together = pairs(shared);
  const share = (of: number): number => (of === 0 ? 1 : Math.round((together / of) * 1000) / 1000);
  const distinct = (rows: readonly string[]): string[] => [...new Set(rows)].sort();
  return {
    conversationsMade: byConversation.size,
    threadsFound: byThread.size,
    pairPrecision: share(pairs([...byThread.values()])),
    pairRecall: share(pairs([...byConversation.values()])),
    merged: [...byThread.values()]
      .map((rows) => distinct(rows.map(({ conversation }) => conversation)))
      .filter((names) => names.length > 1),
    split: [...byConversation]
      .filter(([, rows]) => distinct(rows.map(({ thread }) => thread)).length > 1)
      .map(([name]) => name)
      .sort(),
  };
}

const pairs = (groups: readonly (readonly unknown[])[]): number => groups.reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0);
