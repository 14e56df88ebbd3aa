// One receiver of OTLP over HTTP: serializer and request, with the answers read as the protocol defines them. Queues and tries are
// the room's.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { SendResult, SpanSender } from '../../export/index.ts';

export interface OtlpTarget {
  /** Whole address, path included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly compression: 'gzip' | 'none';
  readonly timeoutMs: number;
}

const squeeze = promisify(gzip);
const TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;
const SERIALIZERS = { 'http/protobuf': ProtobufTraceSerializer, 'http/json': JsonTraceSerializer } as const;
/** The answers on which the protocol says to try again. */
const LATER = new Set([429, 502, 503, 504]);
/** Answers are a few counts; a receiver that sends more is not listened to. */
const MAX_ANSWER_BYTES = 64 * 1024;

export function otlpSender(target: OtlpTarget): SpanSender {
  let protocol = target.protocol;

  async function post(spans: Parameters<SpanSender['send']>[0]): Promise<Response> {
    const bytes = SERIALIZERS[protocol].serializeRequest([...spans]) ?? new Uint8Array();
    const body = target.compression === 'gzip' ? await squeeze(bytes) : bytes;
    return fetch(target.url, {
      method: 'POST',
      headers: {
        ...target.headers,
        'content-type': TYPES[protocol],
        ...(target.compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
      },
      body: new Uint8Array(body),
      // Headers hold keys: they go to the address that was configured and to no other.
      redirect: 'error',
      signal: AbortSignal.timeout(target.timeoutMs),
    });
  }

  return {
    async send(spans) {
      try {
        let response = await post(spans);
        if (response.status === 415) {
          // It speaks the other of the two encodings; remembered once that is shown to be so.
          await response.body?.cancel();
          const asked = protocol;
          protocol = asked === 'http/json' ? 'http/protobuf' : 'http/json';
          response = await post(spans);
          if (response.status === 415) protocol = asked;
        }
        return await judge(response, protocol);
      } catch (error) {
        return { kind: 'later', reason: reasonOf(error) };
      }
    },
  };
}

async function judge(response: Response, protocol: OtlpTarget['protocol']): Promise<SendResult> {
  if (response.ok) return { kind: 'taken', refused: await refusedIn(response, protocol) };
  await response.body?.cancel();
  const reason = `http_${response.status}`;
  if (!LATER.has(response.status)) return { kind: 'refused', reason };
  return { kind: 'later', reason, afterMs: retryAfterMs(response.headers.get('retry-after')) };
}

/** JSON writes 64 bits as text, whatever the types say. */
const toNumber = (value: unknown): number => (typeof value === 'number' || typeof value === 'string' ? Number(value) : 0);

/** Partial success; an answer that cannot be read says nothing of refused spans. */
async function refusedIn(response: Response, protocol: OtlpTarget['protocol']): Promise<number> {
  try {
    const bytes = await limited(response);
    if (bytes === undefined || bytes.length === 0) return 0;
    const answer = SERIALIZERS[protocol].deserializeResponse(bytes);
    const refused = toNumber(answer.partialSuccess?.rejectedSpans);
    return Number.isSafeInteger(refused) && refused > 0 ? refused : 0;
  } catch {
    return 0;
  }
}

async function limited(response: Response): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Seconds, as receivers of telemetry send them; a date is taken as no wish at all. */
function retryAfterMs(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value.trim()) ? Number(value) * 1_000 : undefined;
}

/** Never the message: it may repeat the address with what stands in it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error.cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : error.name;
}
