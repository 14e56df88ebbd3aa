import type { Exchange } from '../../../../plugin/trial-gateway/exchange.ts';
import { Router } from '../../../../plugin/trial-gateway/routes.ts';

/** An exchange as it stands after its request was read. */
export function exchangeWith(body: string, changes: Partial<Exchange> = {}): Exchange {
  const bytes = Buffer.from(body);
  return {
    id: 'f'.repeat(32),
    request: {
      method: 'POST',
      target: '/v1/x?a=1&a=2&flag&b=%20c',
      path: '/v1/x',
      query: 'a=1&a=2&flag&b=%20c',
      scheme: 'http',
      host: 'gateway',
      port: 8788,
      httpVersion: '1.1',
      headers: new Map([
        ['content-type', ['application/json']],
        ['x-two', ['1', '2']],
        ['authorization', ['Bearer secret']],
      ]),
      clientIp: '127.0.0.1',
      clientPort: 5,
    },
    route: new Router('http://127.0.0.1:9', [], []).routeOf('/'),
    shared: new Map(),
    logValues: new Map(),
    upstream: { setHeaders: new Map(), clearHeaders: new Set() },
    answerHeaders: new Map(),
    times: { startedMs: 1000, upstreamMs: 1010, firstByteMs: 1030, endedMs: 1050 },
    tries: [{ ip: '127.0.0.1', port: 9, status: 200 }],
    body: bytes,
    bodyBytes: bytes.length,
    isBodyWhole: true,
    status: 200,
    sentHeaders: new Map([['content-type', ['text/plain']]]),
    sentBytes: 4,
    isAborted: false,
    isCutShort: false,
    ...changes,
  };
}
