// What people put right: threads merged, split, single requests moved. As the HTTP API answers.
import { getSigned, postSigned } from './http.ts';
import type { Page } from './views.ts';

export interface Repair {
  readonly id: string;
  readonly kind: 'merge' | 'split' | 'relink';
  readonly at: string;
  readonly by: string;
  /** Redacted. */
  readonly reason: string | null;
  readonly user: string;
  readonly from: readonly string[];
  readonly into: string;
  /** The first 200 that moved. */
  readonly requests: readonly { readonly id: string; readonly from: string; readonly into: string }[];
  readonly moved: number;
  readonly state: 'applied' | 'undone';
  readonly undoneAt: string | null;
  readonly undoneBy: string | null;
  /** Certain evidence since then that says otherwise; the person's word stands. */
  readonly contradictions: readonly { readonly requestId: string; readonly at: string; readonly evidence: 'declared' | 'history' }[];
}

/** What is asked for. */
export type Change =
  | { readonly kind: 'merge'; readonly thread: string; readonly into: string }
  | { readonly kind: 'split'; readonly thread: string; readonly fromRequestId: string }
  /** Without `into` the request begins a thread of its own. */
  | { readonly kind: 'relink'; readonly requestId: string; readonly into: string | null };

export function repair(change: Change, reason: string): Promise<Repair> {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  switch (change.kind) {
    case 'merge':
      return postSigned(`/v1/threads/${encodeURIComponent(change.thread)}/merge`, { into: change.into, ...why });
    case 'split':
      return postSigned(`/v1/threads/${encodeURIComponent(change.thread)}/split`, { fromRequestId: change.fromRequestId, ...why });
    case 'relink':
      return postSigned(`/v1/requests/${encodeURIComponent(change.requestId)}/relink`, { threadId: change.into ?? 'new', ...why });
  }
}

export const undo = (id: string): Promise<Repair> => postSigned(`/v1/repairs/${encodeURIComponent(id)}/undo`, {});
export const listRepairs = (thread: string, signal?: AbortSignal): Promise<Page<Repair>> =>
  getSigned('/v1/repairs', { thread, limit: '20' }, signal);
