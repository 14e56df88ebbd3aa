import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Exchange, IncomingRequest } from './exchange.ts';
import { toMultiHeaders } from './headers.ts';
import type { Router } from './routes.ts';

/** Path and query of a request line; the absolute form that proxies are sent loses scheme and host. */
function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const match = /^https?:\/\/[^/?#]*(.*)$/i.exec(url);
  const rest = match?.[1] ?? '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function describe(incoming: IncomingMessage): IncomingRequest {
  const target = targetOf(incoming.url ?? '/');
  const question = target.indexOf('?');
  const headers = toMultiHeaders(incoming.rawHeaders);
  return {
    method: incoming.method ?? 'GET',
    target,
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question + 1),
    scheme: 'http',
    host: (headers.get('host')?.[0] ?? '').replace(/:\d+$/, ''),
    port: incoming.socket.localPort ?? 0,
    httpVersion: incoming.httpVersion,
    headers,
    clientIp: (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    clientPort: incoming.socket.remotePort ?? 0,
  };
}

/** A new exchange for a request that just arrived; its body is still to be read. */
export function openExchange(incoming: IncomingMessage, router: Router, nowMs: number): Exchange {
  const request = describe(incoming);
  const consumer = router.consumerOf(request.headers);
  return {
    id: randomBytes(16).toString('hex'),
    request,
    route: router.routeOf(request.path),
    ...(consumer === undefined ? {} : { consumer }),
    shared: new Map(),
    logValues: new Map(),
    upstream: { setHeaders: new Map(), clearHeaders: new Set() },
    answerHeaders: new Map(),
    times: { startedMs: nowMs },
    tries: [],
    body: Buffer.alloc(0),
    bodyBytes: 0,
    isBodyWhole: true,
    status: 0,
    sentHeaders: new Map(),
    sentBytes: 0,
    isAborted: false,
    isCutShort: false,
  };
}

/** Path with query for the provider: its base path, then the client's path without the route's prefix, or as edited. */
export function upstreamTarget(exchange: Exchange): string {
  const { request, route, upstream } = exchange;
  const base = route.service.url.pathname.replace(/\/$/, '');
  const prefix = route.stripPath ? route.pathPrefix.replace(/\/$/, '') : '';
  const rest = upstream.path ?? request.path.slice(prefix.length);
  const path = `${base}${rest.startsWith('/') ? rest : `/${rest}`}`;
  const query = upstream.query ?? request.query;
  return query === '' ? path : `${path}?${query}`;
}
