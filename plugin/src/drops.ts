// Why something was not observed or not delivered: the whole list. Each is counted where it happens and said in the log
// once a minute while it changes.

import { SharedCounts } from './counts.ts';

export const DROP_REASONS = {
  mode_off: 'a policy or the plugin settings say off',
  not_llm_path: 'no LLM call by its path',
  no_body: 'the request has no body',
  body_truncated: 'the request body is longer than max_body_bytes',
  not_json: 'the request body is no JSON',
  unknown_shape: 'JSON, but not of a known dialect',
  multipart: 'multipart bodies are not read',
  too_deep: 'JSON nested too deeply',
  no_access: 'the log phase ran without the access phase, as when an earlier plugin refused the request',
  pending_full: 'too many requests in flight for max memory',
  pending_expired: 'no log phase came within the time limit',
  work_full: 'answers came faster than they could be read',
  work_failed: 'reading failed: a fault of the plugin',
  worker_down: 'the thread behind the log phase was about to be started again',
  worker_lost: 'the thread behind the log phase ended with this in its hands',
  guard_failed: 'a request could not be judged against the manifests and passed: a fault of the plugin',
  answer_unreadable: 'the answer could not be decoded; the run is kept without it',
  budget: 'over budgetPerMinute of the policy: the run left as digests only',
  queue_full: 'the queue is full (the control plane is slow or away): the run left as digests only, or not at all',
  spool_full: 'the spool has reached spool_bytes',
  spool_unreadable: 'a spooled file is damaged or was sealed under another key',
  too_large: 'the control plane says that one sample is too large',
  refused: 'the control plane refused a batch: look at token and address',
  rejected: 'the control plane rejected single samples of a batch',
  undeliverable: 'the control plane failed on this one sample again and again while it took others',
  aside_full: 'a batch that kept failing had to leave to make room for newer samples',
  aside_expired: 'a batch kept failing for hours',
  exit_unsent: 'the process ended before the queue was empty',
} as const;

export type DropReason = keyof typeof DROP_REASONS;

const NAMES = Object.keys(DROP_REASONS) as DropReason[];

export class Drops {
  readonly #counts: SharedCounts<DropReason>;
  #said = '';

  /** `buffer`: that of another thread's counts, to go on with. */
  constructor(buffer?: SharedArrayBuffer) {
    this.#counts = new SharedCounts(NAMES, buffer);
  }

  get buffer(): SharedArrayBuffer {
    return this.#counts.buffer;
  }

  count(reason: DropReason, by = 1): void {
    this.#counts.add(reason, by);
  }

  get(reason: DropReason): number {
    return this.#counts.get(reason);
  }

  all(): Readonly<Partial<Record<DropReason, number>>> {
    return this.#counts.all();
  }

  /** One line of all counts, or undefined when nothing changed since the last call. */
  news(): string | undefined {
    const line = Object.entries(this.all())
      .map(([reason, count]) => `${reason}=${count}`)
      .join(' ');
    if (line === this.#said) return undefined;
    this.#said = line;
    return line;
  }
}
