import { consumerTable, routeTable, serviceTable } from './entities.ts';
import type { Exchange, MultiHeaders } from './exchange.ts';

const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization']);

function joined(headers: MultiHeaders): Record<string, string> {
  const table: Record<string, string> = {};
  for (const [name, values] of headers) table[name] = SECRET_HEADERS.has(name) ? 'REDACTED' : values.join(', ');
  return table;
}

/** What kong.log.serialize() tells of a request, as an object; Kong hands it to plugin servers as JSON text. */
export function serializeExchange(exchange: Exchange): Record<string, unknown> {
  const line = basicLine(exchange);
  for (const [key, value] of exchange.logValues) {
    const parts = key.split('.');
    const last = parts.pop() ?? key;
    let place = line;
    for (const part of parts) place = (place[part] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return line;
}

function basicLine(exchange: Exchange): Record<string, unknown> {
  const { request, times } = exchange;
  const ended = times.endedMs ?? times.startedMs;
  const upstream = times.upstreamMs;
  return {
    route: routeTable(exchange.route),
    service: serviceTable(exchange.route.service),
    ...(exchange.consumer === undefined ? {} : { consumer: consumerTable(exchange.consumer) }),
    client_ip: request.clientIp,
    started_at: times.startedMs,
    source: exchange.exit === undefined ? 'upstream' : 'kong',
    request: {
      id: exchange.id,
      method: request.method,
      uri: request.target,
      url: `${request.scheme}://${request.host}:${request.port}${request.target}`,
      size: exchange.bodyBytes,
      headers: joined(request.headers),
      querystring: Object.fromEntries(new URLSearchParams(request.query)),
    },
    upstream_uri: request.target,
    response: { status: exchange.status, size: exchange.sentBytes, headers: joined(exchange.sentHeaders) },
    tries: exchange.tries.map((one) => ({ ip: one.ip, port: one.port, balancer_start: upstream })),
    latencies: {
      request: ended - times.startedMs,
      kong: (upstream ?? ended) - times.startedMs,
      proxy: upstream === undefined ? -1 : (times.firstByteMs ?? ended) - upstream,
      receive: ended - (times.firstByteMs ?? ended),
    },
  };
}
