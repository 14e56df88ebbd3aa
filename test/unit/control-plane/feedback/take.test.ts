import { describe, expect, it } from 'vitest';
import type { Policy, Sample } from '#contract';
import {
  createFeedback,
  type FeedbackItem,
  type FeedbackRedactor,
  type FeedbackRoom,
  type FeedbackStore,
  type Found,
} from '../../../../control-plane/src/feedback/index.ts';
import { ClewError, type Caller, type DomainEvent } from '../../../../control-plane/src/kernel/index.ts';

const scope = { tenant: 'acme', environment: 'live' };
const caller: Caller = { tokenId: 't', scope, role: 'ingest' };
const comment = { requestId: 'r', kind: 'comment', value: 'words' };

interface Bench {
  readonly room: FeedbackRoom;
  readonly saved: FeedbackItem[];
  readonly calls: string[];
  readonly post: (body: unknown) => ReturnType<FeedbackRoom['take']>;
}

function bench(options: { found?: Found; policy?: Policy; texts?: FeedbackRedactor['texts'] } = {}): Bench {
  const saved: FeedbackItem[] = [];
  const calls: string[] = [];
  const store: FeedbackStore = {
    find: () => Promise.resolve(options.found),
    save: (_scope, items) => {
      saved.push(...items);
      return Promise.resolve(items.map(() => 'added' as const));
    },
    attach: (at, ids) => Promise.resolve(void calls.push(`attach ${at.tenant} ${ids.join()}`)),
    follow: (at, from, into) => Promise.resolve(void calls.push(`follow ${at.tenant} ${from} ${into}`)),
  };
  const room = createFeedback({
    store,
    redactor: {
      texts: options.texts ?? ((texts, subjects) => Promise.resolve(texts.map((text, index) => `${text} of ${subjects[index] ?? ''}`))),
      identifier: (value) => `h_${value}`,
    },
    policy: () => options.policy ?? { version: 1 },
    meter: { feedback: (_scope, kind, value) => void calls.push(`count ${kind} ${value}`) },
    clock: { nowMs: () => Date.UTC(2026, 0, 5) },
  });
  return { room, saved, calls, post: (body) => room.take(Buffer.from(JSON.stringify(body)), 'application/json', caller) };
}

const foundOf = (sample: Partial<Sample>): Found => ({
  ...{ threadId: 't', requestId: 'r', principal: 'p_ann' },
  sample: { version: 1, id: 'r', startedAt: '2026-01-05T00:00:00Z', ...sample },
});
const found = foundOf({ mode: 'full' });
const quiet: Policy = { version: 1, mode: 'metadata_only', routes: [{ match: { route: 'open' }, mode: 'full' }] };

describe('taking feedback', () => {
  it('redacts comments with whose they are, and ids and names as they are stored', async () => {
    const { post, saved, calls } = bench({ found });
    await post([comment, { responseId: 'resp', kind: 'score', value: 1, name: 'tone' }]);
    expect(saved).toMatchObject([
      { comment: 'words of p_ann', target: { kind: 'request', id: 'r' } },
      { comment: null, target: { kind: 'response', id: 'h_resp' }, name: 'h_tone' },
    ]);
    expect(calls).toEqual(['count comment -', 'count score -']);
  });

  it('keeps nothing of a post whose comments cannot be redacted', async () => {
    const { post, saved } = bench({ found, texts: () => Promise.reject(new Error('no model')) });
    const refusal = await post([{ requestId: 'r', kind: 'thumbs', value: 'up' }, comment]).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ClewError);
    expect((refusal as ClewError).code).toBe('unavailable');
    expect(saved).toEqual([]);
  });

  it.each<[string, Found | undefined, Policy, number]>([
    ['a request whose words are kept', found, { version: 1 }, 1],
    ['a request whose words were not kept', foundOf({ mode: 'topic_only' }), { version: 1 }, 0],
    ['a request whose words the policy keeps no longer', found, quiet, 0],
    ['a request whose route the policy makes an exception of', foundOf({ gateway: { kind: 'kong', route: 'open' } }), quiet, 1],
    ['no request yet, and words are kept everywhere', undefined, { version: 1, routes: [{ match: {}, mode: 'full' }] }, 1],
    ['no request yet, and a rule keeps none', undefined, { version: 1, routes: [{ match: {}, mode: 'topic_only' }] }, 0],
    ['no request yet, and the policy keeps none', undefined, { version: 1, mode: 'metadata_only' }, 0],
  ])('judges comments on %s', async (_name, target, policy, accepted) => {
    const { post } = bench({ ...(target && { found: target }), policy });
    expect((await post(comment)).accepted).toBe(accepted);
  });

  it('takes a thousand items a post, no more', async () => {
    const { post } = bench();
    const items = Array.from({ length: 1_000 }, () => ({ requestId: 'r', kind: 'thumbs', value: 'up' }));
    expect((await post(items)).accepted).toBe(1_000);
    await expect(post([...items, items[0]])).rejects.toMatchObject({ code: 'body_too_large' });
  });

  it('follows what happens to requests', async () => {
    const { room, calls } = bench();
    const events: DomainEvent[] = [
      { type: 'TurnStored', scope, requestId: 'r', threadId: 't' },
      { type: 'SubjectErased', scope, principal: 'p' },
      { type: 'ThreadRelinked', scope, threadId: 't', into: 'u', requestIds: ['r'] },
    ];
    await room.handler.handle(events);
    expect(calls).toEqual(['attach acme r', 'follow acme t u']);
  });
});
