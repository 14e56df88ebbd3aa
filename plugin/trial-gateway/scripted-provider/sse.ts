import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SseEvent {
  readonly event?: string;
  /** An object goes out as JSON. */
  readonly data: object | string;
}

const lineOf = ({ event, data }: SseEvent): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

export interface SendOptions {
  readonly gapMs: number;
  /** Ends the connection after half of the events, in the middle of one. */
  readonly isBroken: boolean;
}

/** Sends events one by one; stops when the client is gone. */
export async function sendEvents(response: ServerResponse, events: readonly SseEvent[], { gapMs, isBroken }: SendOptions): Promise<void> {
  response.flushHeaders();
  const half = Math.floor(events.length / 2);
  for (const [index, event] of events.entries()) {
    if (response.destroyed) return;
    if (index > 0 && gapMs > 0) await sleep(gapMs);
    const line = lineOf(event);
    if (isBroken && index === half) {
      response.write(line.slice(0, Math.floor(line.length / 2)), () => response.destroy());
      return;
    }
    if (!response.write(line)) await drained(response);
  }
  response.end();
}
