// Explains alerts while they fire and once more when they have ended, and has what was found posted.
import { createDoorbell, errorFields, type Clock, type Doorbell, type Logger, type Scope } from '../kernel/index.ts';
import { explain, type ExplainParts } from './explain.ts';
import type { AlertDesk } from './ports.ts';
import { postsFor } from './post.ts';
import { sendDue, type SenderParts } from './sender.ts';
import { topicsIn } from './show.ts';
import { SILENT_MS } from './times.ts';
import type { Alert } from './types.ts';

export interface AlertWatchParts extends ExplainParts, SenderParts {
  readonly desk: AlertDesk;
  /** Where browsers reach the page, without a slash at its end; empty where nobody said. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AlertWatch {
  start(): void;
  /** Alerts came in. */
  notify(): void;
  /** Explains it now, whether or not it is due. */
  explainNow(scope: Scope, alert: Alert): Promise<void>;
  /** Ends what was begun. */
  stop(): Promise<void>;
}

const POLL_MS = 2_000;
const AT_ONCE = 20;
/** Samples of the last moments come some seconds late. */
const SETTLE_MS = 60_000;
const YOUNG_MS = 600_000;
const EVERY_YOUNG_MS = 60_000;
const EVERY_MS = 300_000;

export function createAlertWatch(parts: AlertWatchParts): AlertWatch {
  const { desk, clock, logger } = parts;
  let isStopped = false;
  const isOver = (): boolean => isStopped;
  const bells = [createDoorbell(), createDoorbell()] as const;
  let running: readonly Promise<void>[] = [];

  async function explainNow(scope: Scope, alert: Alert): Promise<void> {
    const nowMs = clock.nowMs();
    const { explanation, threads } = await explain(scope, alert, nowMs, parts);
    // What leaves says of a topic what many people said.
    const labels = await parts.topics.namedToOthers(scope, topicsIn(explanation.findings));
    const posts = postsFor(scope, alert, explanation, { webhooks: parts.webhooks, labels, publicUrl: parts.publicUrl });
    await desk.explained(scope, alert, { explanation, threads, nextMs: nextOf(alert, nowMs), posts });
  }

  async function explainDue(): Promise<void> {
    for (const { scope, alert } of await desk.due(clock.nowMs(), AT_ONCE)) {
      if (isOver()) return;
      try {
        await explainNow(scope, alert);
        bells[1].ring();
      } catch (error) {
        logger.error('alert_not_explained', { alert: alert.id, ...errorFields(error) });
      }
    }
  }

  async function loop(work: () => Promise<void>, bell: Doorbell): Promise<void> {
    while (!isStopped) {
      try {
        await work();
      } catch (error) {
        logger.error('alerts_stumbled', errorFields(error));
      }
      await bell.wait(isOver() ? 0 : POLL_MS);
    }
  }

  return {
    start() {
      if (running.length === 0) running = [loop(explainDue, bells[0]), loop(() => sendDue(parts), bells[1])];
    },
    notify: () => bells[0].ring(),
    explainNow,
    async stop() {
      isStopped = true;
      for (const bell of bells) bell.ring();
      await Promise.all(running);
    },
  };
}

/** When an alert is looked at again: often while it is young, once more when all that it is about has arrived, else never. */
export function nextOf({ status, startsAtMs, endsAtMs, heardAtMs }: Alert, nowMs: number): number | null {
  if (status === 'resolved') {
    const settledMs = Math.max(endsAtMs ?? 0, heardAtMs) + SETTLE_MS;
    return nowMs >= settledMs ? null : settledMs;
  }
  if (nowMs - heardAtMs > SILENT_MS) return null;
  return nowMs + (nowMs - startsAtMs < YOUNG_MS ? EVERY_YOUNG_MS : EVERY_MS);
}
