// How a call ended, what guardrails did, how long it took and what it cost.
import type { CallError, GuardrailVerdict, Stages, Status, Usage } from '#contract';
import type { LlmAnswer } from '#dialects';
import type { LiteLlmEvent } from './event.ts';
import { defined, fieldsOf, numberOf, textOf, type Fields } from './json.ts';

const MAX_MS = 86_400_000;
const BLOCKING_ERROR = /Guardrail|ContentPolicy|Blocked|Moderation/i;
const INTERVENED = 'guardrail_intervened';

export function statusOf(event: LiteLlmEvent, answer: LlmAnswer | undefined): Status {
  return defined<Status>({
    outcome: outcomeOf(event, answer),
    http: event.isFailure ? httpStatus(event) : 200,
    finishReason: answer?.finishReason?.slice(0, 64),
  });
}

function outcomeOf(event: LiteLlmEvent, answer: LlmAnswer | undefined): Status['outcome'] {
  if (event.error.type === 'ClientDisconnected' || event.error.code === '499') return 'aborted';
  if (isBlocked(event) || answer?.blocked === true) return 'blocked';
  return event.isFailure ? 'error' : 'ok';
}

function isBlocked(event: LiteLlmEvent): boolean {
  return event.isFailure && (event.guardrailStatus === INTERVENED || BLOCKING_ERROR.test(event.error.type ?? ''));
}

/** LiteLLM's own class of the error begins with the status; the code is the provider's, often a word. */
function httpStatus({ error }: LiteLlmEvent): number | undefined {
  const found = /^([1-5]\d\d)(?:_|$)/.exec(error.normalized ?? '') ?? /^([1-5]\d\d)$/.exec(error.code ?? '');
  return found ? Number(found[1]) : undefined;
}

/** Words of error classes and codes; what is none could quote somebody. */
const KIND = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$|^\d{1,5}$/;

export function errorOf(event: LiteLlmEvent): CallError | undefined {
  if (!event.isFailure) return undefined;
  const { type, code } = event.error;
  return defined<CallError>({
    type: type !== undefined && KIND.test(type) ? type : 'unknown_error',
    code: code !== undefined && KIND.test(code) ? code : undefined,
    stage: isBlocked(event) ? 'guardrail' : event.deploymentId === undefined ? 'ingress' : 'routing',
  });
}

/** A short word for what ended an attempt. */
export function reasonOf(event: LiteLlmEvent): string | undefined {
  const error = errorOf(event);
  return error && (error.code === undefined ? error.type : `${error.type} (${error.code})`);
}

export function guardrailsOf(event: LiteLlmEvent, ours: 'pass' | 'mask' | undefined): GuardrailVerdict[] | undefined {
  const verdicts = event.guardrails.slice(0, 32).flatMap((info): GuardrailVerdict[] => {
    const name = textOf(info['guardrail_name'])?.slice(0, 128);
    if (name === undefined) return [];
    const seconds = numberOf(info['duration']);
    return [
      defined<GuardrailVerdict>({
        name,
        verdict: verdictOf(info, ours),
        stage: (numberOf(info['start_time']) ?? 0) * 1000 >= event.endMs ? 'response' : 'request',
        durationMs: seconds === undefined ? undefined : clamp(seconds * 1000),
      }),
    ];
  });
  return verdicts.length > 0 ? verdicts : undefined;
}

/** LiteLLM says "mask" of every call that an HTTP guardrail let pass, so where that guardrail is ours its own word counts. */
function verdictOf(info: Fields, ours: 'pass' | 'mask' | undefined): GuardrailVerdict['verdict'] {
  if (info['guardrail_status'] === INTERVENED) return 'block';
  const counted = Object.values(fieldsOf(info['masked_entity_count'])).some((count) => (numberOf(count) ?? 0) > 0);
  if (counted) return 'mask';
  return info['guardrail_response'] === 'mask' ? (ours ?? 'mask') : 'pass';
}

export function stagesOf(event: LiteLlmEvent): Stages {
  const before = event.guardrails.filter((info) => (numberOf(info['start_time']) ?? 0) * 1000 < event.endMs);
  const guardrailMs = before.reduce((sum, info) => sum + (numberOf(info['duration']) ?? 0) * 1000, 0);
  return {
    ...(before.length > 0 ? { guardrailMs: clamp(guardrailMs) } : {}),
    routingMs: clamp(event.firstMs - event.startMs),
    firstByteMs: clamp(event.firstMs - event.startMs),
    responseMs: clamp(event.endMs - event.firstMs),
  };
}

const clamp = (ms: number): number => Math.min(MAX_MS, Math.max(0, ms));

/** LiteLLM's cost is 0 for models that its table does not know; then Clew's own prices decide. */
export function usageOf(event: LiteLlmEvent, answer: LlmAnswer | undefined): Usage | undefined {
  const { costUsd, tokens } = event;
  const hasTokens = (tokens.input ?? 0) + (tokens.output ?? 0) > 0;
  const usage = defined<Usage>({
    ...(hasTokens ? defined<Usage>({ inputTokens: tokens.input, outputTokens: tokens.output }) : {}),
    ...answer?.usage,
    costUsd: costUsd !== undefined && costUsd > 0 ? costUsd : undefined,
  });
  return Object.keys(usage).length > 0 ? usage : undefined;
}
