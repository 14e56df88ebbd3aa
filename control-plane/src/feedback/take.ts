// From posted bytes to kept feedback: judged one by one, comments redacted before anything of them is kept.
import type { Policy } from '#contract';
import { splitBody, type Rejection } from '../ingest/index.ts';
import { ClewError, type Caller, type Clock, type EventHandler } from '../kernel/index.ts';
import { modeOf } from '../policies/index.ts';
import { judge, keyOf } from './judge.ts';
import type { FeedbackMeter, FeedbackRedactor, FeedbackStore } from './ports.ts';
import type { FeedbackItem } from './types.ts';

export interface FeedbackResult {
  /** Items that need not be sent again, duplicates among them. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Rejection[];
}

export interface FeedbackRoom {
  /** Durable when it resolves. Throws malformed_json, invalid_encoding, body_too_large, unavailable. */
  take(body: Buffer, contentType: string | undefined, caller: Caller): Promise<FeedbackResult>;
  /** Attaches what came before its request, and follows requests that are moved. */
  readonly handler: EventHandler;
}

export interface FeedbackParts {
  readonly store: FeedbackStore;
  readonly redactor: FeedbackRedactor;
  readonly policy: () => Policy;
  readonly meter: FeedbackMeter;
  readonly clock: Clock;
}

const MAX_ITEMS = 1_000;

interface Taken {
  readonly index: number;
  readonly item: FeedbackItem;
  readonly hasTime: boolean;
}

export function createFeedback(parts: FeedbackParts): FeedbackRoom {
  const { store, meter } = parts;
  return {
    async take(body, contentType, caller) {
      const { taken, rejected } = judgeAll(body, contentType, caller, parts);
      const redacted = await withoutPersonal(taken, caller, parts, rejected);
      const items = redacted.map(({ item, hasTime }) => ({ ...item, id: keyOf(item, hasTime) }));
      const saved = items.length === 0 ? [] : await store.save(caller.scope, items);
      let [accepted, duplicates] = [0, 0];
      for (const [at, item] of items.entries()) {
        if (saved[at] === 'full') {
          const index = redacted[at]?.index ?? 0;
          rejected.push({ index, code: 'overloaded', message: 'so much feedback is kept or waits already that no more is taken' });
          continue;
        }
        accepted += 1;
        if (saved[at] === 'duplicate') duplicates += 1;
        else meter.feedback(caller.scope, item.kind, labelOf(item));
      }
      return { accepted, duplicates, rejected: rejected.sort((a, b) => a.index - b.index) };
    },
    handler: {
      name: 'feedback',
      async handle(events) {
        for (const event of events) {
          if (event.type === 'ThreadRelinked') await store.follow(event.scope, event.threadId, event.into);
          else if (event.type === 'TurnStored') await store.attach(event.scope, [event.requestId]);
        }
      },
    },
  };
}

function judgeAll(
  body: Buffer,
  contentType: string | undefined,
  caller: Caller,
  { clock }: FeedbackParts,
): { readonly taken: Taken[]; readonly rejected: Rejection[] } {
  const taken: Taken[] = [];
  const rejected: Rejection[] = [];
  const nowMs = clock.nowMs();
  for (const posted of splitBody(body, contentType)) {
    if (posted.index >= MAX_ITEMS) throw new ClewError('body_too_large', `at most ${MAX_ITEMS} items a post`);
    if (!('value' in posted)) {
      rejected.push(posted);
      continue;
    }
    const judged = judge(posted.value, caller, nowMs);
    if (judged.ok) taken.push({ index: posted.index, item: judged.item, hasTime: judged.hasTime });
    else rejected.push({ index: posted.index, code: judged.code, message: judged.message });
  }
  return { taken, rejected };
}

/** Items as they may be kept; comments that may not be kept are refused. */
async function withoutPersonal(
  taken: readonly Taken[],
  caller: Caller,
  { store, redactor, policy }: FeedbackParts,
  rejected: Rejection[],
): Promise<readonly Taken[]> {
  const kept: (Taken & { readonly subject: string })[] = [];
  for (const one of taken) {
    const { item } = one;
    const target = { ...item.target, id: item.target.kind === 'response' ? redactor.identifier(item.target.id) : item.target.id };
    let subject = item.giver ?? '';
    if (item.comment !== null) {
      const found = await store.find(caller.scope, target, item.giver);
      if (!(found ? modeOf(policy(), found.sample) === 'full' : keepsText(policy()))) {
        rejected.push({ index: one.index, code: 'text_not_kept', message: '/value: the policy keeps no text here' });
        continue;
      }
      subject = found?.principal ?? subject;
    }
    kept.push({ ...one, subject, item: { ...item, target, name: item.name === null ? null : redactor.identifier(item.name) } });
  }
  const comments = kept.filter(({ item }) => item.comment !== null);
  if (comments.length === 0) return kept;
  const texts = await redactAll(
    redactor,
    comments.map(({ item }) => item.comment ?? ''),
    comments.map(({ subject }) => subject),
  );
  const redacted = new Map(comments.map((one, at) => [one.index, texts[at] ?? '']));
  return kept.map((one) => ({ ...one, item: { ...one.item, comment: redacted.get(one.index) ?? null } }));
}

/** Words that cannot be redacted are not kept, and nothing else of the post either: it is to be sent again. */
async function redactAll(redactor: FeedbackRedactor, texts: readonly string[], subjects: readonly string[]): Promise<readonly string[]> {
  try {
    return await redactor.texts(texts, subjects);
  } catch (cause) {
    throw new ClewError('unavailable', 'comments cannot be redacted now; nothing of the post was kept', { cause });
  }
}

/** True where no rule forbids words: a request that is not here yet may fall under any. */
function keepsText({ mode, routes }: Policy): boolean {
  return [mode, ...(routes ?? []).map((rule) => rule.mode)].every((one) => (one ?? 'full') === 'full');
}

function labelOf({ kind, value }: FeedbackItem): string {
  if (kind === 'thumbs') return value === 1 ? 'up' : 'down';
  if (kind === 'completion') return value === 1 ? 'yes' : 'no';
  return '-';
}
