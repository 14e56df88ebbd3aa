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

/** Each as it goes over the wire: an event, or an element of one JSON array, as Google streams unless it is asked for events. */
function framesOf(events: readonly SseEvent[], isArray: boolean): string[] {
  if (!isArray) return events.map(lineOf);
  return events.map(({ data }, index) => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(data)}${index === events.length - 1 ? ']' : ''}`);
}

export interface SendOptions {
  readonly isArray: boolean;
  readonly gapMs: number;
  /** Ends the connection after half of the events, in the middle of one. */
  readonly isBroken: boolean;
}

/** Sends events one by one; stops when the client is gone. */
export async function sendEvents(response: ServerResponse, events: readonly SseEvent[], options: SendOptions): Promise<void> {
  const { gapMs, isBroken, isArray } = options;
  response.flushHeaders();
  const half = Math.floor(events.length / 2);
  for (const [index, line] of framesOf(events, isArray).entries()) {
    if (response.destroyed) return;
    if (index > 0 && gapMs > 0) await sleep(gapMs);
    if (isBroken && index === half) {
      response.write(line.slice(0, Math.floor(line.length / 2)), () => response.destroy());
      return;
    }
    if (!response.write(line)) await drained(response);
  }
  response.end();
}
