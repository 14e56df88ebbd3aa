// One route whose provider reads stand-ins. The mapping is made for a request, goes with its decision to the scripts that
// put values back, and is kept nowhere else.
import { isUtf8 } from 'node:buffer';
import { performance } from 'node:perf_hooks';
import type { Policy, RunPlace, StandIns } from '#contract';
import { createRedactor, createStandIns, type StandInWriter } from '#redact';
import type { PluginConfig } from '../config.ts';
import type { CapturedRequest } from '../observe/index.ts';
import { asksForStandIns, mayAskForStandIns, redactionAboveFloor } from '../policy/index.ts';
import { tenantKeys } from '../principal/index.ts';

export type UnreadableReason = 'too_large' | 'not_read' | 'not_json' | 'no_companion' | 'failed';

export type UpstreamOutcome =
  /** Nothing was found: the request goes as it came. */
  | { readonly kind: 'clean'; readonly clearHeaders: readonly string[] }
  | {
      readonly kind: 'replaced';
      readonly body: string;
      readonly standIns: StandIns;
      readonly isJsonText: boolean;
      readonly clearHeaders: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };

/** Other requests get their turn after so many milliseconds of work. */
const TURN_MS = 4;
/** Headers that hold such values by their nature, or that Kong writes anew for the provider. */
const KEPT_HEADERS =
  /^(?:authorization|proxy-authorization|cookie|host|via|forwarded|x-forwarded-.*|x-real-ip|traceparent|tracestate|.*api-?key.*|.*-token)$/;
/** What headers hold for technical reasons. */
const TECHNICAL = new Set(['IP_ADDRESS', 'MAC_ADDRESS', 'API_KEY', 'JWT', 'URL_CREDENTIALS']);

/** What a policy makes of the route. */
interface Rules {
  readonly policy: Policy;
  readonly write: (whole: string) => StandInWriter;
  readonly isPersonal: (header: string) => boolean;
}

export class StandInRoute {
  readonly #config: PluginConfig;
  readonly #key: Uint8Array;
  #rules: Rules | undefined;

  constructor(config: PluginConfig) {
    this.#config = config;
    this.#key = tenantKeys(config.hashKey, config.tenant).redaction;
  }

  /** True where some request may be asked for under this policy. */
  mayBeAsked(policy: Policy): boolean {
    return this.#config.upstream === 'pseudonyms' || mayAskForStandIns(policy);
  }

  isAsked(policy: Policy, place: Pick<RunPlace, 'route' | 'service'>): boolean {
    return this.#config.upstream === 'pseudonyms' || asksForStandIns(policy, place);
  }

  whereUnreadable(policy: Policy): 'refuse' | 'pass' {
    const { upstreamUnreadable } = this.#config;
    return upstreamUnreadable === 'policy' ? (policy.upstream?.unreadable ?? 'refuse') : upstreamUnreadable;
  }

  /** Never rejects. `policy`: in force; what it allows is allowed here too, above the floor of the settings. */
  async prepare(request: CapturedRequest, policy: Policy): Promise<UpstreamOutcome> {
    try {
      return await this.#prepare(request, policy);
    } catch {
      return { kind: 'unreadable', reason: 'failed' };
    }
  }

  async #prepare(request: CapturedRequest, policy: Policy): Promise<UpstreamOutcome> {
    const { write, isPersonal } = this.#under(policy);
    const clearHeaders = Object.entries(request.headers).flatMap(([name, value]) =>
      !KEPT_HEADERS.test(name) && isPersonal(value) ? [name] : [],
    );
    if (request.bodyTruncated || request.headers['upgrade'] !== undefined) return { kind: 'unreadable', reason: 'not_read' };
    const { body } = request;
    if (body === undefined || body.length === 0) return { kind: 'clean', clearHeaders };
    const size = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    if (size > this.#config.upstreamMaxBytes) return { kind: 'unreadable', reason: 'too_large' };
    const text = textOf(body);
    if (text === undefined) return { kind: 'unreadable', reason: 'not_json' };
    const writer = write(text);
    const clean = await inTurns(writer.json(text));
    if (clean === undefined) return { kind: 'unreadable', reason: 'not_json' };
    if (clean === text) return { kind: 'clean', clearHeaders };
    if (!request.restores) return { kind: 'unreadable', reason: 'no_companion' };
    return { kind: 'replaced', body: clean, standIns: writer.standIns(), isJsonText: asksForJson(text), clearHeaders };
  }

  #under(policy: Policy): Rules {
    if (this.#rules?.policy === policy) return this.#rules;
    const redaction = redactionAboveFloor(policy.redaction, this.#config.redactAlways, createRedactor);
    const always = this.#config.redactAlways;
    const redactor = createRedactor({ policy: redaction, always, key: this.#key });
    this.#rules = {
      policy,
      write: createStandIns({ policy: redaction, always, key: this.#key }),
      isPersonal: (header) => redactor.redact(header).findings.some(({ type }) => !TECHNICAL.has(type)),
    };
    return this.#rules;
  }
}

function textOf(body: string | Uint8Array): string | undefined {
  if (typeof body === 'string') return body;
  return isUtf8(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8') : undefined;
}

async function inTurns<T>(work: Generator<undefined, T>): Promise<T> {
  let since = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - since < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}

/** OpenAI's two ways to ask for an answer that is JSON. */
function asksForJson(body: string): boolean {
  const request = fieldsOf(JSON.parse(body));
  return [request['response_format'], fieldsOf(request['text'])['format']].some((format) => {
    const { type } = fieldsOf(format);
    return type === 'json_object' || type === 'json_schema';
  });
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
