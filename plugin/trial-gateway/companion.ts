import {
  COMPANION_KEYS,
  standInValue,
  type StandIns,
  type CompanionDecision,
  type CompanionOutcome,
  type CompanionRequest,
} from '#contract';
import type { Exchange, MultiHeaders } from './exchange.ts';
import type { LuaValue } from './protocol/lua-value.ts';

// Does what the companion scripts do in Kong: hands the plugin the whole request in one table, applies its decision,
// copies the answer while it passes, and hands that over before the log phase. Three round trips instead of dozens.

function joined(headers: MultiHeaders): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, values]) => [name, values.join(', ')]));
}

/** The bodies stay bytes here: they become Lua strings on the wire without a copy. */
type OnWire<T> = Omit<T, 'body'> & { readonly body?: Uint8Array };

/** Before the access phase. */
export function offerRequest(exchange: Exchange): void {
  const { request, times } = exchange;
  const table: OnWire<CompanionRequest> = {
    v: 1,
    method: request.method,
    path: request.path,
    scheme: request.scheme,
    host: request.host,
    client_ip: request.clientIp,
    headers: joined(request.headers),
    ...(exchange.body.length === 0 ? {} : { body: exchange.body }),
    body_bytes: exchange.bodyBytes,
    body_truncated: !exchange.isBodyWhole,
    started_ms: times.startedMs,
    restores: true,
    route: { id: exchange.route.id, name: exchange.route.name },
    service: { id: exchange.route.service.id, name: exchange.route.service.name },
  };
  exchange.shared.set(COMPANION_KEYS.request, table as unknown as LuaValue);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function stringPairs(value: unknown): [string, string][] {
  if (!isRecord(value)) return [];
  return Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

/** The plugin's decision, or undefined when its access phase left none. An empty table arrives as an empty list. */
export function readDecision(exchange: Exchange): CompanionDecision | undefined {
  const value = exchange.shared.get(COMPANION_KEYS.decision) as unknown;
  if (!isRecord(value) || value['v'] !== 1 || typeof value['run_id'] !== 'string') return undefined;
  const exit = value['exit'];
  return {
    v: 1,
    run_id: value['run_id'],
    set_headers: Object.fromEntries(stringPairs(value['set_headers'])),
    clear_headers: strings(value['clear_headers']),
    response_headers: Object.fromEntries(stringPairs(value['response_headers'])),
    capture_answer: value['capture_answer'] === true,
    ...readRestore(value['restore']),
    ...(isRecord(exit) && typeof exit['status'] === 'number' && typeof exit['body'] === 'string'
      ? { exit: { status: exit['status'], body: exit['body'], headers: Object.fromEntries(stringPairs(exit['headers'])) } }
      : {}),
  };
}

function readRestore(value: unknown): Pick<CompanionDecision, 'restore'> {
  if (!isRecord(value) || !isRecord(value['values'])) return {};
  const values: StandIns = Object.fromEntries(
    Object.entries(value['values']).flatMap(([token, forms]) => {
      const plain: unknown = Array.isArray(forms) ? forms[0] : undefined;
      return typeof plain === 'string' ? [[token, standInValue(plain)]] : [];
    }),
  );
  return { restore: { values, is_json_text: value['is_json_text'] === true } };
}

/** After the access phase: writes the decision into what the proxy will do. Returns whether the answer is to be copied. */
export function applyDecision(exchange: Exchange): boolean {
  const decision = readDecision(exchange);
  // The copy of the request is no longer needed and may be large.
  exchange.shared.delete(COMPANION_KEYS.request);
  if (decision === undefined) return false;
  exchange.logValues.set('clew.run_id', decision.run_id);
  const traceId = decision.set_headers['traceparent']?.slice(3, 35);
  if (traceId !== undefined) exchange.logValues.set('clew.trace_id', traceId);
  for (const name of decision.clear_headers) exchange.upstream.clearHeaders.add(name.toLowerCase());
  for (const [name, value] of Object.entries(decision.set_headers)) exchange.upstream.setHeaders.set(name.toLowerCase(), value);
  for (const [name, value] of Object.entries(decision.response_headers)) exchange.answerHeaders.set(name.toLowerCase(), value);
  if (decision.restore !== undefined) exchange.restore = decision.restore;
  if (decision.exit !== undefined) exchange.exit ??= { ...decision.exit, body: Buffer.from(decision.exit.body) };
  return decision.capture_answer;
}

/** Keeps references to the chunks of an answer, up to a cap; the chunks themselves go their way at once. */
export class AnswerCopy {
  readonly #capBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #seen = 0;

  constructor(capBytes: number) {
    this.#capBytes = capBytes;
  }

  add(chunk: Uint8Array): void {
    this.#seen += chunk.length;
    const room = this.#capBytes - this.#kept;
    if (room <= 0) return;
    const part = chunk.length <= room ? chunk : chunk.subarray(0, room);
    this.#chunks.push(part);
    this.#kept += part.length;
  }

  get isTruncated(): boolean {
    return this.#seen > this.#kept;
  }

  take(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}

/** Before the log phase. */
export function offerOutcome(exchange: Exchange, copy: AnswerCopy | undefined): void {
  const { times, route, consumer } = exchange;
  const runId = readDecision(exchange)?.run_id;
  const table: OnWire<CompanionOutcome> = {
    v: 1,
    ...(runId === undefined ? {} : { run_id: runId }),
    status: exchange.status,
    response_headers: joined(exchange.sentHeaders),
    ...(copy === undefined ? {} : { body: copy.take() }),
    body_bytes: exchange.sentBytes,
    body_truncated: copy?.isTruncated ?? exchange.sentBytes > 0,
    started_ms: times.startedMs,
    ...(times.upstreamMs === undefined ? {} : { upstream_ms: times.upstreamMs }),
    ...(times.firstByteMs === undefined ? {} : { first_byte_ms: times.firstByteMs }),
    ended_ms: times.endedMs ?? times.startedMs,
    aborted: exchange.isAborted,
    route: { id: route.id, name: route.name },
    service: { id: route.service.id, name: route.service.name },
    routing: {
      route: { id: route.id, name: route.name, paths: [route.pathPrefix], strip_path: route.stripPath },
      service: { id: route.service.id, name: route.service.name, url: `${route.service.url.origin}${route.service.url.pathname}` },
    },
    ...(consumer === undefined
      ? {}
      : {
          consumer: {
            id: consumer.id,
            name: consumer.username,
            ...(consumer.customId === undefined ? {} : { custom_id: consumer.customId }),
          },
          credential: consumer.id,
        }),
    tries: exchange.tries,
  };
  exchange.shared.set(COMPANION_KEYS.outcome, table as unknown as LuaValue);
}
