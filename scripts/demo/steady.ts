// Requests between the demo's own parts on a machine that has other things to do. A connection that was kept may be closed by the other
// side while the next request is already on it, and one that is opened may time out while nobody gets the processor: fetch fails
// then, and nothing is wrong.
import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 5;
const PAUSE_MS = 200;
/** Nothing was sent, so the request may be made again whatever it is. */
const UNSENT = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);
/** It may have arrived. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

export interface Steady {
  /** Being made twice does no harm. False for what is counted. */
  readonly isRepeatable: boolean;
}

/** As fetch, on a connection of its own; tried again where the connection failed, a few times. Rejects with the last failure. */
export async function steadyFetch(url: string, init: RequestInit, { isRepeatable }: Steady): Promise<Response> {
  const headers = new Headers(init.headers);
  // Without it the second of the two failures above comes with the first busy moment.
  headers.set('connection', 'close');
  for (let tried = 1; ; tried += 1) {
    try {
      return await fetch(url, { ...init, headers });
    } catch (error) {
      const code = codeOf(error);
      const isWorthIt = UNSENT.has(code) || (isRepeatable && BROKEN.has(code));
      if (!isWorthIt || tried === TRIES) throw error;
      await sleep(PAUSE_MS * tried);
    }
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}
