// The tables that the gateway's scripts leave for the plugin. They come from our own scripts, but what they hold was
// written by clients and providers, and an empty Lua table may arrive as a list: every field is judged.
import type { CompanionEntity, CompanionOutcome } from '#contract';

/** Text where the bytes are UTF-8, else the bytes: a gzipped body is a Lua string like any other. */
export type Body = string | Uint8Array;

export interface CapturedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | undefined;
  readonly bodyTruncated: boolean;
  readonly startedMs: number;
  /** True where the gateway's scripts put values back into answers. */
  readonly restores?: boolean;
  /** Absent where the companion scripts are missing. */
  readonly route?: CompanionEntity | undefined;
  readonly service?: CompanionEntity | undefined;
}

export interface CapturedOutcome extends Omit<CompanionOutcome, 'v' | 'body' | 'tries'> {
  readonly body?: Body;
  readonly tries: readonly { readonly status?: number }[];
}

type Fields = Readonly<Record<string, unknown>>;

export function readCompanionRequest(value: unknown): CapturedRequest | undefined {
  if (!isFields(value) || value['v'] !== 1) return undefined;
  return {
    method: text(value['method']) ?? '',
    path: text(value['path']) ?? '',
    headers: readHeaders(value['headers']),
    body: readBody(value['body']),
    bodyTruncated: value['body_truncated'] === true,
    startedMs: time(value['started_ms']) ?? Date.now(),
    restores: value['restores'] === true,
    route: readEntity(value['route']),
    service: readEntity(value['service']),
  };
}

export function readCompanionOutcome(value: unknown): CapturedOutcome | undefined {
  if (!isFields(value) || value['v'] !== 1) return undefined;
  const startedMs = time(value['started_ms']) ?? Date.now();
  const tries = Array.isArray(value['tries']) ? value['tries'].filter(isFields) : [];
  return stripUndefined({
    run_id: text(value['run_id']),
    status: number(value['status']) ?? 0,
    response_headers: readHeaders(value['response_headers']),
    body: readBody(value['body']),
    body_bytes: number(value['body_bytes']) ?? 0,
    body_truncated: value['body_truncated'] === true,
    started_ms: startedMs,
    upstream_ms: time(value['upstream_ms']),
    first_byte_ms: time(value['first_byte_ms']),
    ended_ms: time(value['ended_ms']) ?? startedMs,
    aborted: value['aborted'] === true,
    route: readEntity(value['route']),
    service: readEntity(value['service']),
    consumer: readEntity(value['consumer']),
    routing: readRouting(value['routing']),
    credential: text(value['credential']),
    tries: tries.map((one) => stripUndefined({ status: number(one['status']) })),
    ai: readAi(value['ai']),
  });
}

/** Names become lower case; values that are not UTF-8 are read with replacement characters. */
export function readHeaders(value: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!isFields(value)) return headers;
  for (const [name, entry] of Object.entries(value)) {
    const parts = (Array.isArray(entry) ? entry : [entry]).map(text).filter((part) => part !== undefined);
    if (parts.length > 0) headers[name.toLowerCase()] = parts.join(', ');
  }
  return headers;
}

function readBody(value: unknown): Body | undefined {
  return (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0 ? value : undefined;
}

/** A route, service or consumer; Kong calls the name of the last one username. */
export function readEntity(value: unknown): CompanionEntity | undefined {
  if (!isFields(value)) return undefined;
  const entity = stripUndefined({
    id: text(value['id']),
    name: text(value['name']) ?? text(value['username']),
    custom_id: text(value['custom_id']),
  });
  return Object.keys(entity).length > 0 ? entity : undefined;
}

function readAi(value: unknown): CapturedOutcome['ai'] {
  if (!isFields(value)) return undefined;
  return stripUndefined({
    provider_name: text(value['provider_name']),
    request_model: text(value['request_model']),
    response_model: text(value['response_model']),
    prompt_tokens: number(value['prompt_tokens']),
    completion_tokens: number(value['completion_tokens']),
  });
}

/** What of it has a canonical form; its digest is all that leaves. */
function readRouting(value: unknown): unknown {
  return isFields(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function text(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Epoch milliseconds between 1970 and 2100; anything else is no time that a request can have. */
function time(value: unknown): number | undefined {
  const ms = number(value);
  return ms !== undefined && ms >= 0 && ms < 4_102_444_800_000 ? ms : undefined;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function stripUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
