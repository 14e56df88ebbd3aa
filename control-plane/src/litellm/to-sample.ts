// An event as a sample of the contract. Everything that a client or provider wrote is redacted by patterns here, or is a
// digest, before anything is durable.
import { createHmac } from 'node:crypto';
import {
  canonicalDigest,
  canonicalize,
  declareTemplates,
  sealedFor,
  secretKey,
  shortHash,
  type Call,
  type Composition,
  type CompositionPart,
  type Gateway,
  type Sample,
  type TenantKeys,
} from '#contract';
import {
  commitTo,
  composition,
  declaredRetrieval,
  historyDigests,
  instructionTexts,
  RETRIEVAL_HEADER,
  type LlmAnswer,
  type LlmRequest,
  type Message,
} from '#dialects';
import { sanitize } from '../ingest/index.ts';
import type { Randomness } from '../kernel/index.ts';
import { ownerOf, principalOf, sessionOf } from './caller.ts';
import type { LiteLlmEvent } from './event.ts';
import { exchangeOf, providersId } from './exchange.ts';
import { defined, textOf } from './json.ts';
import { modelOf } from './model.ts';
import { errorOf, guardrailsOf, reasonOf, stagesOf, statusOf, usageOf } from './outcome.ts';
import { keep } from './texts.ts';
import type { Rules } from './ports.ts';
import { traceOf } from './trace.ts';

export interface Surroundings extends Rules {
  readonly keys: TenantKeys;
  /** Key of hashed identifiers. */
  readonly secret: Uint8Array;
  readonly randomness: Randomness;
  /** What our own guardrail said of a call, where it was asked. */
  readonly verdict: (callId: string) => 'pass' | 'mask' | undefined;
  /** What the provider was let read of it, where values are kept from it. */
  readonly reading: (callId: string) => 'stand_ins' | 'nothing_found' | undefined;
}

/** Under which a failure comes in, for as long as no later attempt takes its place. */
export const failureIdOf = (id: string): string => `${id}.f`;

/** `id` is that of the request; all events of one request have the same. */
export function sampleOf(event: LiteLlmEvent, id: string, around: Surroundings): Sample {
  const { policy, redactor, keys } = around;
  const mayStand = (text: string): boolean => redactor.redact(text).findings.length === 0;
  const { request, answer } = exchangeOf(event);
  const principal = principalOf(event, request, policy, keys.principal);
  const subject = principal?.id ?? '';
  const prompt = request?.prompt === undefined ? undefined : keep(request.prompt, redactor, subject);
  const said = answer?.text === undefined ? undefined : keep(answer.text, redactor, subject);
  // A box opens for the one sample that it was made for, under the id by which that comes in.
  const boxed = { sample: event.isFailure ? failureIdOf(id) : id, principal: principal?.id };
  const sealed = sealedFor(policy.vault, boxed, [...(prompt?.originals ?? []), ...(said?.originals ?? [])]);
  const sample = defined<Sample>({
    version: 1,
    id,
    runId: derived(keys, 'run', id, 32),
    startedAt: new Date(event.startMs).toISOString(),
    endedAt: new Date(event.endMs).toISOString(),
    stages: stagesOf(event),
    trace: traceOf(event.headers['traceparent'], derived(keys, 'span', id, 16)),
    correlationId: event.callId.slice(0, 256).toWellFormed(),
    session: sessionOf(event, request, policy, keys.session, mayStand),
    principal,
    call: callOf(event, request, answer, keys),
    gateway: gatewayOf(event),
    provider: event.provider?.slice(0, 64).toWellFormed(),
    dialect: request?.dialect ?? 'unknown',
    stream: event.isStream,
    model: modelOf(event, answer),
    parameters: request?.parameters,
    usage: usageOf(event, answer),
    status: statusOf(event, answer),
    error: errorOf(event),
    guardrails: guardrailsOf(event, around.verdict(event.callId)),
    prompt: prompt?.text,
    answer: said?.text,
    history:
      request &&
      historyDigests(request.messages, keys.history(principal?.id ?? ''), { answer: answer?.sentBack, summary: request.startsWithSummary }),
    composition: compositionOf(event, request, answer, around),
    redaction: { counts: sum(prompt?.counts ?? {}, said?.counts ?? {}), rules: redactor.rules },
    sampling: { reason: 'rate', probability: 1 },
  });
  const clean = sanitize(sample, redactor, around.secret);
  return sealed && clean.redaction ? { ...clean, redaction: { ...clean.redaction, sealed } } : clean;
}

/** Hexadecimal, the same for the same id, and unforeseeable without the tenant's key. Never all zeros in practice. */
function derived(keys: TenantKeys, purpose: string, id: string, digits: number): string {
  return createHmac('sha256', secretKey(keys.toolCall)).update(`litellm/${purpose}\0${id}`).digest('hex').slice(0, digits);
}

function gatewayOf(event: LiteLlmEvent): Gateway {
  return defined<Gateway>({
    kind: 'litellm',
    route: event.route?.slice(0, 256).toWellFormed(),
    service: event.deploymentId?.slice(0, 256).toWellFormed(),
    consumer: ownerOf(event)?.slice(0, 256).toWellFormed(),
  });
}

function callOf(event: LiteLlmEvent, request: LlmRequest | undefined, answer: LlmAnswer | undefined, keys: TenantKeys): Call {
  const hashes = (ids: readonly (string | undefined)[]): string[] | undefined => {
    const known = ids.filter((id) => id !== undefined && id !== '').slice(0, 256);
    return known.length === 0 ? undefined : known.map((id) => shortHash(keys.toolCall, id ?? ''));
  };
  const parent = event.headers['x-clew-parent-run-id'] ?? '';
  const responseId = answer?.responseId === undefined ? undefined : providersId(answer.responseId);
  return defined<Call>({
    kind: request?.kind ?? 'auxiliary',
    auxiliary: request ? request.auxiliary : event.callType.includes('moderation') ? 'moderation' : 'other',
    parentRunId: /^[0-9a-f]{32}$/.test(parent) ? parent : undefined,
    responseId: responseId !== undefined && responseId.length > 256 ? `h_${shortHash(keys.toolCall, responseId)}` : responseId,
    previousResponseId: request?.previousResponseId,
    toolCalls: hashes(answer?.toolCalls.map((call) => call.id) ?? []),
    toolResults: hashes(newestResults(request?.messages ?? [])),
  });
}

/** Ids of the tool results after the last message of the assistant: those that this request brings. */
function newestResults(messages: readonly Message[]): (string | undefined)[] {
  const last = messages.findLastIndex((message) => message.role === 'assistant');
  return messages.slice(last + 1).flatMap((message) => (message.role === 'tool' ? [message.toolCallId] : []));
}

function compositionOf(
  event: LiteLlmEvent,
  request: LlmRequest | undefined,
  answer: LlmAnswer | undefined,
  around: Surroundings,
): Composition {
  const randomBytes = (size: number): Uint8Array => around.randomness.bytes(size);
  const label = (text: string | undefined, max = 256): string | undefined =>
    text === undefined ? undefined : around.redactor.redact(text).text.slice(0, max).toWellFormed() || undefined;
  const read = around.reading(event.callId);
  return defined<Composition>({
    ...(request && partsOf(event, request, answer, around)),
    variant: (event.headers['x-clew-variant'] ?? textOf(event.metadata['variant']))?.slice(0, 128),
    retrieval: declaredRetrieval(event.headers[RETRIEVAL_HEADER], { label, randomBytes }),
    routing: routingOf(event),
    upstream: read && { read },
    // The deployment that LiteLLM chose: what it was asked to run, no proof of what ran.
    attempts: [
      defined({
        model: (event.routedModel ?? event.modelGroup ?? 'unknown').slice(0, 256).toWellFormed(),
        status: statusOf(event, answer).http,
        reason: reasonOf(event)?.slice(0, 128),
      }),
    ],
  });
}

/** With the templates that instructions are from, as a gateway would name them: here the texts are known, later they are not. */
function partsOf(event: LiteLlmEvent, request: LlmRequest, answer: LlmAnswer | undefined, around: Surroundings): Composition {
  const { policy, manifests } = around;
  const randomBytes = (size: number): Uint8Array => around.randomness.bytes(size);
  const parts = composition(request, answer, { randomBytes, context: policy.context });
  if (manifests === undefined || manifests.manifests.length === 0) return parts;
  const { route, service, consumer } = gatewayOf(event);
  const place = { route, service, consumer, header: (name: string) => event.headers[name] };
  return declareTemplates(parts, instructionTexts(request), manifests, place, (text) => commitTo(text, randomBytes));
}

/** Of LiteLLM's configuration an event shows which deployment stood behind which name; the id of a deployment is made from its settings unless it is given. */
function routingOf({ deploymentId, modelGroup, routedModel, provider }: LiteLlmEvent): CompositionPart | undefined {
  if (deploymentId === undefined) return undefined;
  const shown = defined<Record<string, string>>({ deployment: deploymentId, group: modelGroup, model: routedModel, provider });
  return { digest: canonicalDigest(shown), length: Buffer.byteLength(canonicalize(shown)) };
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const total = { ...a };
  for (const [type, count] of Object.entries(b)) total[type] = (total[type] ?? 0) + count;
  return total;
}
