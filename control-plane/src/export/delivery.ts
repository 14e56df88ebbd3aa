// What waits for one receiver. It may be slow or gone: the queue is bounded, each batch is tried a few times with growing pauses
// (or as long as the receiver asks for), and whatever is lost is counted by reason. Nothing else ever waits for it.
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Logger } from '../kernel/index.ts';
import type { SendResult, SpanMeter, SpanOutcome, SpanSender } from './ports.ts';

export interface DeliveryParts {
  readonly destination: string;
  readonly sender: SpanSender;
  readonly meter: SpanMeter;
  readonly logger: Logger;
  /** Spans that may wait. */
  readonly queueLimit?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly pausesMs?: readonly number[] | undefined;
}

export interface Delivery {
  /** Takes them, or counts them as dropped. `owner`: whose they are, so that an erasure reaches them. */
  offer(spans: readonly ReadableSpan[], owner: string | null): void;
  /** Drops what waits of that owner. */
  forget(owner: string): void;
  /** Whether another span would be dropped. */
  isFull(): boolean;
  waiting(): number;
  /** Sends what waits, within the time, and counts what is left. */
  drain(limitMs: number): Promise<void>;
}

interface Waiting {
  readonly span: ReadableSpan;
  readonly owner: string | null;
}

const QUEUE = 8_192;
const BATCH = 512;
const PAUSES = [500, 2_000, 5_000, 15_000];
/** A receiver that asks for more is as good as gone: the queue will fill, and that is counted. */
const LONGEST_PAUSE_MS = 60_000;

export function createDelivery(parts: DeliveryParts): Delivery {
  const { destination, sender, meter, logger } = parts;
  const limit = parts.queueLimit ?? QUEUE;
  const pauses = parts.pausesMs ?? PAUSES;
  const queue: Waiting[] = [];
  /** In hand counts towards the bound: a batch that is tried again is not out of memory. */
  let inHand: readonly Waiting[] = [];
  let sending: Promise<void> | undefined;
  let isClosing = false;
  let wake: (() => void) | undefined;

  const count = (outcome: SpanOutcome, spans: number): void => {
    if (spans > 0) meter.spans(destination, outcome, spans);
  };
  const waiting = (): number => queue.length + inHand.length;

  async function sendAll(): Promise<void> {
    while (queue.length > 0) {
      inHand = queue.splice(0, parts.batchSize ?? BATCH);
      await sendBatch();
      inHand = [];
    }
  }

  async function sendBatch(): Promise<void> {
    for (const pauseMs of [...pauses, undefined]) {
      const batch = inHand;
      if (batch.length === 0) return;
      const result = await tryOnce(batch);
      if (result.kind === 'taken') {
        count('refused', Math.min(result.refused, batch.length));
        count('exported', Math.max(0, batch.length - result.refused));
        return;
      }
      logger.warn('spans_not_sent', { destination, spans: batch.length, reason: result.reason, final: result.kind === 'refused' });
      if (result.kind === 'refused') {
        count('refused', inHand.length);
        return;
      }
      if (pauseMs === undefined || isClosing) break;
      await pause(Math.min(LONGEST_PAUSE_MS, result.afterMs ?? pauseMs * (0.75 + 0.5 * jitter())));
    }
    count('failed', inHand.length);
  }

  async function tryOnce(batch: readonly Waiting[]): Promise<SendResult> {
    try {
      return await sender.send(batch.map(({ span }) => span));
    } catch (error) {
      return { kind: 'later', reason: error instanceof Error ? error.name : 'unknown' };
    }
  }

  /** Ends early where the process ends: the last try is then made at once. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, isClosing ? 0 : ms);
      timer.unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  let turns = 0;
  /** Spreads the tries of several destinations; needs no chance. */
  const jitter = (): number => {
    turns = (turns + 7) % 16;
    return turns / 16;
  };

  return {
    offer(spans, owner) {
      const room = Math.max(0, limit - waiting());
      queue.push(...spans.slice(0, room).map((span) => ({ span, owner })));
      count('queue_full', spans.length - Math.min(room, spans.length));
      sending ??= sendAll().finally(() => {
        sending = undefined;
      });
    },
    forget(owner) {
      const before = waiting();
      const kept = queue.filter((one) => one.owner !== owner);
      queue.splice(0, queue.length, ...kept);
      inHand = inHand.filter((one) => one.owner !== owner);
      count('erased', before - waiting());
    },
    isFull: () => waiting() >= limit,
    waiting,
    async drain(limitMs) {
      isClosing = true;
      wake?.();
      const timeout = new Promise((resolve) => setTimeout(resolve, limitMs).unref());
      await Promise.race([sending, timeout]);
      count('shutdown', waiting());
      queue.length = 0;
      inHand = [];
    },
  };
}
