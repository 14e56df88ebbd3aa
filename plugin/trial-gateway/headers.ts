import type { IncomingMessage } from 'node:http';
import type { Exchange, MultiHeaders } from './exchange.ts';
import { APIKEY_HEADER } from './routes.ts';

// Headers between two connections. Hop-by-hop fields belong to one connection and end here (RFC 9110, 7.6.1);
// everything else passes with its spelling, order and repetitions.

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

type Pair = readonly [name: string, value: string];

function pairsOf(raw: readonly string[]): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}

/** The names that this connection keeps to itself, those listed in Connection among them. */
function hopByHop(pairs: readonly Pair[]): Set<string> {
  const names = new Set(HOP_BY_HOP);
  for (const [name, value] of pairs)
    if (name.toLowerCase() === 'connection') for (const option of value.split(',')) names.add(option.trim().toLowerCase());
  return names;
}

const withoutNames = (pairs: readonly Pair[], names: ReadonlySet<string>): Pair[] =>
  pairs.filter(([name]) => !names.has(name.toLowerCase()));

export function toMultiHeaders(raw: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const [name, value] of pairsOf(raw)) {
    const known = headers.get(name.toLowerCase());
    if (known === undefined) headers.set(name.toLowerCase(), [value]);
    else known.push(value);
  }
  return headers;
}

const appended = (headers: MultiHeaders, name: string, value: string): string => [...(headers.get(name) ?? []), value].join(', ');

/** Headers for the provider: the client's without hop-by-hop ones, Host of the provider, forwarding headers, edits. */
export function upstreamHeaders(incoming: IncomingMessage, exchange: Exchange): string[] {
  const { request, upstream } = exchange;
  const replaced = new Map<string, string>([
    ['host', exchange.route.service.url.host],
    ['x-forwarded-for', appended(request.headers, 'x-forwarded-for', request.clientIp)],
    ['x-forwarded-proto', request.scheme],
    ['x-forwarded-host', request.host],
    ['x-forwarded-port', String(request.port)],
    ['x-real-ip', request.clientIp],
    ['x-kong-request-id', exchange.id],
    ['via', appended(request.headers, 'via', '1.1 clew-trial-gateway')],
  ]);
  if (upstream.body !== undefined) replaced.set('content-length', String(upstream.body.length));
  for (const [name, value] of upstream.setHeaders) replaced.set(name, value);
  for (const name of upstream.clearHeaders) if (!upstream.setHeaders.has(name)) replaced.delete(name);

  const pairs = pairsOf(incoming.rawHeaders);
  const dropped = hopByHop(pairs);
  dropped.add('expect');
  // The key was meant for this gateway. One that it does not know may be meant for the provider.
  if (exchange.consumer !== undefined) dropped.add(APIKEY_HEADER);
  for (const name of upstream.clearHeaders) dropped.add(name);
  for (const name of replaced.keys()) dropped.add(name);
  const kept = withoutNames(pairs, dropped);
  const isChunked = upstream.body === undefined && request.headers.has('transfer-encoding');
  return [...kept, ...replaced, ...(isChunked ? ([['transfer-encoding', 'chunked']] as const) : [])].flat();
}

/** Headers for the client: the provider's without hop-by-hop ones, then those that were asked for. */
export function answerHeaders(rawHeaders: readonly string[], exchange: Exchange, isRewritten = false): string[] {
  const pairs = pairsOf(rawHeaders);
  const dropped = hopByHop(pairs);
  if (isRewritten) dropped.add('content-length');
  for (const name of exchange.answerHeaders.keys()) dropped.add(name);
  return [...withoutNames(pairs, dropped), ...exchange.answerHeaders, ['x-kong-request-id', exchange.id] as const].flat();
}
