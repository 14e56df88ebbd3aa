import type { Exchange, MultiHeaders } from './exchange.ts';
import { serializeExchange } from './log-serialize.ts';
import type { LuaTable, LuaValue } from './protocol/lua-value.ts';
import { routeTable, serviceTable, consumerTable } from './entities.ts';

// The PDK as Kong offers it to a plugin server, phase by phase: what Kong allows in a phase works, what raises in
// Kong raises here. The log phase runs in a timer where the request is gone: only what Kong saved before still answers.

export type Phase = 'rewrite' | 'access' | 'log';

/** Stands for a Lua error in a PDK method. The message names method and rule, never a value. */
export class PdkError extends Error {
  override readonly name = 'PdkError';
}

type Method = (exchange: Exchange, args: readonly unknown[]) => LuaValue;

interface Rule {
  readonly phases: readonly Phase[];
  readonly run: Method;
}

const ALWAYS: readonly Phase[] = ['rewrite', 'access', 'log'];
const REQUEST: readonly Phase[] = ['rewrite', 'access'];
const MATCHED: readonly Phase[] = ['access', 'log'];
const LOG: readonly Phase[] = ['log'];

/** Larger bodies lie in a file, which get_raw_body reads only when it is told so (client_body_buffer_size). */
const BODY_BUFFER_BYTES = 8 * 1024;
const NEVER_SENT = /^(content-length|transfer-encoding|connection)$/;

function text(args: readonly unknown[], at: number, method: string): string {
  const value = args[at];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new PdkError(`${method}: argument ${at + 1} must be a string`);
}

function bytes(value: unknown, method: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  throw new PdkError(`${method}: body must be a string`);
}

/** Values that JavaScript sent are stored as Lua would hold them: no functions, no undefined members. */
const toLua = (value: unknown): LuaValue => value as LuaValue;

function headerTable(headers: MultiHeaders): LuaTable {
  const table: Record<string, LuaValue> = {};
  for (const [name, values] of headers) table[name] = values.length === 1 ? values[0] : values;
  return table;
}

const firstHeader = (headers: MultiHeaders, name: string): LuaValue => headers.get(name.toLowerCase())?.[0];

function rawBody(exchange: Exchange, args: readonly unknown[]): Uint8Array {
  const limit = args[0];
  if (exchange.bodyBytes <= BODY_BUFFER_BYTES) return exchange.body;
  const mayReadFile = typeof limit === 'number' && limit >= 0 && (limit === 0 || exchange.bodyBytes <= limit);
  if (mayReadFile && exchange.isBodyWhole) return exchange.body;
  throw new PdkError('kong.request.get_raw_body: the body is larger than client_body_buffer_size; pass 0 to read it from its file');
}

function queryTable(query: string): LuaTable {
  const table: Record<string, LuaValue> = {};
  for (const part of query.split('&').filter((piece) => piece !== '')) {
    const isBare = !part.includes('=');
    const [name, value] = [...new URLSearchParams(part).entries()][0] ?? ['', ''];
    const item: LuaValue = isBare ? true : value;
    const known = table[name];
    table[name] = known === undefined ? item : Array.isArray(known) ? [...(known as LuaValue[]), item] : [known, item];
  }
  return table;
}

function headerPairs(value: unknown, method: string): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PdkError(`${method}: headers must be a table`);
  return Object.entries(value).map(([name, item]) => {
    const one: unknown = Array.isArray(item) ? item.at(-1) : item;
    if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean')
      throw new PdkError(`${method}: header values must be strings`);
    return [name.toLowerCase(), String(one)];
  });
}

function setUpstreamHeader(exchange: Exchange, name: string, value: string): void {
  exchange.upstream.clearHeaders.delete(name.toLowerCase());
  exchange.upstream.setHeaders.set(name.toLowerCase(), value);
}

function clearUpstreamHeader(exchange: Exchange, name: string): void {
  exchange.upstream.setHeaders.delete(name.toLowerCase());
  exchange.upstream.clearHeaders.add(name.toLowerCase());
}

function exit(exchange: Exchange, args: readonly unknown[]): LuaValue {
  const [status, body, headers] = args;
  if (typeof status !== 'number' || status < 100 || status > 599) throw new PdkError('kong.response.exit: code must be 100 to 599');
  const table: Record<string, string> = {};
  if (headers !== undefined && headers !== null)
    for (const [name, value] of headerPairs(headers, 'kong.response.exit')) if (!NEVER_SENT.test(name)) table[name] = value;
  let content: Uint8Array = Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof Uint8Array) content = bytes(body, 'kong.response.exit');
  else if (body !== undefined && body !== null) {
    content = Buffer.from(JSON.stringify(body));
    table['content-type'] ??= 'application/json; charset=utf-8';
  }
  exchange.exit = { status, headers: table, body: content };
  return undefined;
}

const nothing: Method = () => undefined;
const at = (phases: readonly Phase[], run: Method): Rule => ({ phases, run });

const METHODS: Readonly<Record<string, Rule>> = {
  'kong.ctx.shared.get': at(ALWAYS, (x, args) => x.shared.get(text(args, 0, 'kong.ctx.shared.get'))),
  'kong.ctx.shared.set': at(ALWAYS, (x, args) => {
    const key = text(args, 0, 'kong.ctx.shared.set');
    if (args[1] === undefined || args[1] === null) x.shared.delete(key);
    else x.shared.set(key, toLua(args[1]));
    return undefined;
  }),
  'kong.nginx.req_start_time': at(ALWAYS, (x) => x.times.startedMs / 1000),
  'kong.node.get_id': at(ALWAYS, () => '0b6a8a0e-5a3c-4c0e-9a55-1d8b6f3f7e21'),
  'kong.request.get_id': at(REQUEST, (x) => x.id),
  'kong.request.get_method': at(REQUEST, (x) => x.request.method),
  'kong.request.get_path': at(REQUEST, (x) => x.request.path),
  'kong.request.get_raw_path': at(REQUEST, (x) => x.request.path),
  'kong.request.get_path_with_query': at(REQUEST, (x) => x.request.target),
  'kong.request.get_raw_query': at(REQUEST, (x) => x.request.query),
  'kong.request.get_query': at(REQUEST, (x) => queryTable(x.request.query)),
  'kong.request.get_query_arg': at(REQUEST, (x, args) => {
    const value = queryTable(x.request.query)[text(args, 0, 'kong.request.get_query_arg')];
    return Array.isArray(value) ? (value as LuaValue[])[0] : value;
  }),
  'kong.request.get_scheme': at(REQUEST, (x) => x.request.scheme),
  'kong.request.get_forwarded_scheme': at(REQUEST, (x) => x.request.scheme),
  'kong.request.get_host': at(REQUEST, (x) => x.request.host),
  'kong.request.get_forwarded_host': at(REQUEST, (x) => x.request.host),
  'kong.request.get_port': at(REQUEST, (x) => x.request.port),
  'kong.request.get_http_version': at(REQUEST, (x) => Number(x.request.httpVersion)),
  'kong.request.get_header': at(ALWAYS, (x, args) => firstHeader(x.request.headers, text(args, 0, 'kong.request.get_header'))),
  'kong.request.get_headers': at(ALWAYS, (x) => headerTable(x.request.headers)),
  'kong.request.get_raw_body': at(REQUEST, rawBody),
  'kong.client.get_ip': at(REQUEST, (x) => x.request.clientIp),
  'kong.client.get_forwarded_ip': at(REQUEST, (x) => x.request.clientIp),
  'kong.client.get_port': at(REQUEST, (x) => x.request.clientPort),
  'kong.client.get_consumer': at(MATCHED, (x) => consumerTable(x.consumer)),
  'kong.client.get_credential': at(MATCHED, (x) =>
    x.consumer === undefined ? undefined : { id: x.consumer.id, consumer: { id: x.consumer.id } },
  ),
  'kong.router.get_route': at(MATCHED, (x) => routeTable(x.route)),
  'kong.router.get_service': at(MATCHED, (x) => serviceTable(x.route.service)),
  'kong.service.request.set_header': at(REQUEST, (x, args) => {
    setUpstreamHeader(x, text(args, 0, 'kong.service.request.set_header'), text(args, 1, 'kong.service.request.set_header'));
    return undefined;
  }),
  'kong.service.request.set_headers': at(REQUEST, (x, args) => {
    for (const [name, value] of headerPairs(args[0], 'kong.service.request.set_headers')) setUpstreamHeader(x, name, value);
    return undefined;
  }),
  'kong.service.request.clear_header': at(REQUEST, (x, args) => {
    clearUpstreamHeader(x, text(args, 0, 'kong.service.request.clear_header'));
    return undefined;
  }),
  'kong.service.request.set_raw_body': at(REQUEST, (x, args) => {
    x.upstream.body = bytes(args[0], 'kong.service.request.set_raw_body');
    return undefined;
  }),
  'kong.service.request.set_method': at(REQUEST, (x, args) => {
    x.upstream.method = text(args, 0, 'kong.service.request.set_method').toUpperCase();
    return undefined;
  }),
  'kong.service.request.set_path': at(REQUEST, (x, args) => {
    const path = text(args, 0, 'kong.service.request.set_path');
    if (!path.startsWith('/')) throw new PdkError('kong.service.request.set_path: path must start with /');
    x.upstream.path = path;
    return undefined;
  }),
  'kong.service.request.set_raw_query': at(REQUEST, (x, args) => {
    x.upstream.query = text(args, 0, 'kong.service.request.set_raw_query');
    return undefined;
  }),
  'kong.response.set_header': at(REQUEST, (x, args) => {
    x.answerHeaders.set(text(args, 0, 'kong.response.set_header').toLowerCase(), text(args, 1, 'kong.response.set_header'));
    return undefined;
  }),
  'kong.response.set_headers': at(REQUEST, (x, args) => {
    for (const [name, value] of headerPairs(args[0], 'kong.response.set_headers')) x.answerHeaders.set(name, value);
    return undefined;
  }),
  'kong.response.exit': at(REQUEST, exit),
  'kong.response.get_status': at(LOG, (x) => x.status),
  'kong.response.get_header': at(LOG, (x, args) => firstHeader(x.sentHeaders, text(args, 0, 'kong.response.get_header'))),
  'kong.response.get_headers': at(LOG, (x) => headerTable(x.sentHeaders)),
  'kong.response.get_source': at(LOG, (x) => (x.exit === undefined ? 'service' : 'exit')),
  'kong.log.set_serialize_value': at(ALWAYS, (x, args) => {
    x.logValues.set(text(args, 0, 'kong.log.set_serialize_value'), args[1] as LuaValue);
    return undefined;
  }),
  'kong.log.serialize': at(LOG, (x) => JSON.stringify(serializeExchange(x))),
  // A plugin's words may hold what a client sent: they are taken and not written.
  ...Object.fromEntries(
    ['debug', 'info', 'notice', 'warn', 'err', 'crit', 'alert', 'emerg'].map((level) => [`kong.log.${level}`, at(ALWAYS, nothing)]),
  ),
};

/** PDK methods that this gateway knows, for its documentation and tests. */
export const PDK_METHODS: readonly string[] = Object.keys(METHODS);

/** Runs one PDK method on an exchange. Throws {@link PdkError} where Kong would raise a Lua error. */
export function callPdk(exchange: Exchange, phase: Phase, method: string, args: readonly unknown[]): LuaValue {
  const rule = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (rule === undefined) throw new PdkError(`${method} is not offered by the trial gateway`);
  if (!rule.phases.includes(phase)) throw new PdkError(`${method} cannot be called in the ${phase} phase`);
  return rule.run(exchange, args);
}
