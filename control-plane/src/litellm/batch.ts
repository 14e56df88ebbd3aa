// The events of one post, put together by request.
import { createHash } from 'node:crypto';
import { shortHash, type Sample, type TenantKeys } from '#contract';
import { followedBy } from './attempts.ts';
import type { LiteLlmEvent } from './event.ts';

/** What is known of one request so far. */
export interface Known {
  readonly sample: Sample;
  readonly isFailure: boolean;
  /** Positions of its events in the post. */
  readonly indexes: readonly number[];
  /** Id under which a failure of it is held, from this post or an earlier one. */
  readonly heldAs?: string | undefined;
}

export interface Batch {
  /** @param held what an earlier post left of the request */
  add(
    id: string,
    index: number,
    event: LiteLlmEvent,
    sample: Sample,
    held: { readonly id: string; readonly sample: Sample } | undefined,
  ): void;
  readonly requests: ReadonlyMap<string, Known>;
  /** Events that added nothing. */
  readonly repeated: number;
}

export function createBatch(): Batch {
  const requests = new Map<string, Known>();
  let repeated = 0;
  return {
    requests,
    get repeated() {
      return repeated;
    },
    add(id, index, event, sample, held) {
      const known = requests.get(id) ?? (held && { sample: held.sample, isFailure: true, indexes: [], heldAs: held.id });
      if (known === undefined) {
        requests.set(id, { sample, isFailure: event.isFailure, indexes: [index] });
        return;
      }
      if (!known.isFailure && !event.isFailure && known.sample.call?.responseId !== sample.call?.responseId) {
        // Two answers to one question: a batch over several models, or a client that gives all its calls one id.
        const digest = createHash('sha256')
          .update(`${id} ${sample.startedAt} ${sample.call?.responseId ?? ''}`)
          .digest('hex');
        const own = `${id}.${digest.slice(0, 8)}`;
        requests.set(own, { sample: { ...sample, id: own, runId: digest.slice(0, 32) }, isFailure: false, indexes: [index] });
        return;
      }
      const indexes = [...known.indexes, index];
      const together = followedBy(known.sample, sample);
      if (together === undefined) repeated += 1;
      requests.set(id, { ...known, sample: together ?? known.sample, isFailure: known.isFailure && event.isFailure, indexes });
    },
  };
}

const PLAIN_ID = /^[A-Za-z0-9._:-]{1,96}$/;

/**
 * The same for all events of one request. Clients may choose the call id, so that it alone would let one request hide
 * behind another: what was asked is part of it.
 */
export function requestId(event: LiteLlmEvent, keys: TenantKeys): string {
  const plain = PLAIN_ID.test(event.callId) ? event.callId : `h_${shortHash(keys.toolCall, event.callId)}`;
  return `${plain}.${shortHash(keys.toolCall, JSON.stringify(event.messages ?? null)).slice(0, 8)}`;
}
