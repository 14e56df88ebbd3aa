// Posts what waits, with bounded retries. Whoever runs a webhook is not trusted: its answer's status is all that is read of it.
import { ClewError, errorFields, type Clock, type Logger } from '../kernel/index.ts';
import { signedHeaders, targetOf, type Webhook } from './post.ts';
import type { AlertPost, PostQueue } from './ports.ts';

/** Why a post was given up. */
export const POST_DROPS = ['refused', 'failing', 'unreachable', 'forbidden', 'redirected', 'not_configured', 'full'] as const;
export type PostDrop = (typeof POST_DROPS)[number];

export interface PostMeter {
  alertPosts(outcome: 'delivered' | PostDrop, count: number): void;
}

export interface SenderParts {
  readonly queue: PostQueue;
  readonly webhooks: readonly Webhook[];
  readonly secrets: readonly Uint8Array[];
  /** The answer's status, without following redirects; rejects with forbidden where the allow-list says no, and where nobody answers. */
  readonly send: (url: string, body: string, headers: Readonly<Record<string, string>>) => Promise<number>;
  readonly meter: PostMeter;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pauses between tries; with the last one over, the post is given up. */
  readonly pausesMs?: readonly number[];
}

const PAUSES_MS = [10_000, 60_000, 300_000, 1_800_000, 7_200_000];
const AT_ONCE = 8;
/** So many may wait. */
const MAX_WAITING = 1_000;

/** Tries everything that is due, once. Never rejects for what a webhook does. */
export async function sendDue(parts: SenderParts): Promise<void> {
  const { queue, clock, meter } = parts;
  const dropped = await queue.trim(MAX_WAITING, clock.nowMs());
  if (dropped > 0) meter.alertPosts('full', dropped);
  const due = await queue.take(clock.nowMs(), AT_ONCE);
  await Promise.all(due.map((post) => tryOne(post, parts)));
}

async function tryOne(post: AlertPost, parts: SenderParts): Promise<void> {
  const { queue, webhooks, secrets, send, clock, meter, logger } = parts;
  const pauses = parts.pausesMs ?? PAUSES_MS;
  const drop = async (reason: PostDrop): Promise<void> => {
    await queue.settle(post.id, { state: 'dropped', reason, atMs: clock.nowMs() });
    meter.alertPosts(reason, 1);
    logger.warn('alert_post_dropped', { alert: post.alertId, host: post.host, reason });
  };
  const webhook = webhooks.find((one) => targetOf(one) === post.target);
  if (!webhook) return drop('not_configured');
  let failure: 'failing' | 'unreachable' = 'unreachable';
  try {
    const status = await send(webhook.url, post.body, signedHeaders(post.id, post.body, clock.nowMs(), secrets));
    if (status >= 200 && status < 300) {
      await queue.settle(post.id, { state: 'delivered', reason: null, atMs: clock.nowMs() });
      meter.alertPosts('delivered', 1);
      return;
    }
    const isFinal = status < 500 && status !== 408 && status !== 429;
    if (isFinal) {
      await drop(status < 400 ? 'redirected' : 'refused');
      return;
    }
    failure = 'failing';
  } catch (error) {
    if (error instanceof ClewError && error.code === 'forbidden') return drop('forbidden');
    logger.debug('alert_post_failed', { alert: post.alertId, host: post.host, ...errorFields(error) });
  }
  const pauseMs = pauses[post.attempts];
  if (pauseMs === undefined) return drop(failure);
  await queue.putOff(post.id, { dueMs: clock.nowMs() + pauseMs, reason: failure });
}
