// How a call ended and how long its stages took.
import type { CallError, Model, Stages, Status, Usage } from '#contract';
import type { LlmAnswer, LlmRequest } from '#dialects';
import type { CapturedOutcome } from '../observe/index.ts';

const MAX_MS = 86_400_000;

export function outcomeOf(outcome: CapturedOutcome, answer: LlmAnswer): NonNullable<Status['outcome']> {
  if (answer.blocked) return 'blocked';
  if (outcome.aborted) return 'aborted';
  if (answer.error !== undefined || outcome.status >= 400 || outcome.status < 100 || isBroken(outcome, answer)) return 'error';
  return 'ok';
}

/** A stream that ended without its closing event, seen whole. */
function isBroken(outcome: CapturedOutcome, answer: LlmAnswer): boolean {
  return answer.incomplete && !outcome.body_truncated && outcome.body !== undefined;
}

export function statusOf(outcome: CapturedOutcome, answer: LlmAnswer): Status {
  const { status } = outcome;
  return {
    outcome: outcomeOf(outcome, answer),
    ...(Number.isInteger(status) && status >= 100 && status <= 599 ? { http: status } : {}),
    ...(answer.finishReason === undefined ? {} : { finishReason: answer.finishReason.slice(0, 64) }),
  };
}

export function errorOf(outcome: CapturedOutcome, answer: LlmAnswer): CallError | undefined {
  const kind = outcomeOf(outcome, answer);
  if (kind === 'ok' || kind === 'aborted') return undefined;
  const stage = kind === 'blocked' ? 'guardrail' : stageOf(outcome);
  if (answer.error) {
    const { type, code } = answer.error;
    return { type: type.slice(0, 128), stage, ...(code === undefined ? {} : { code: code.slice(0, 128) }) };
  }
  if (outcome.status >= 400) return { type: `http_${outcome.status}`, stage };
  return { type: kind === 'blocked' ? 'guardrail_block' : 'stream_incomplete', stage };
}

function stageOf(outcome: CapturedOutcome): NonNullable<CallError['stage']> {
  if (outcome.upstream_ms === undefined) return 'ingress';
  return outcome.first_byte_ms === undefined ? 'routing' : 'response';
}

export function stagesOf(outcome: CapturedOutcome): Stages {
  const { started_ms: started, upstream_ms: upstream, first_byte_ms: first, ended_ms: ended } = outcome;
  const between = (from: number | undefined, to: number | undefined): number | undefined =>
    from === undefined || to === undefined ? undefined : Math.min(MAX_MS, Math.max(0, to - from));
  const stages: Record<keyof Stages, number | undefined> = {
    ingressMs: between(started, upstream),
    guardrailMs: undefined,
    routingMs: between(upstream, first),
    firstByteMs: between(started, first),
    responseMs: between(first, ended),
  };
  return Object.fromEntries(Object.entries(stages).filter(([, value]) => value !== undefined));
}

/**
 * What the provider said, completed by what the gateway's own AI plugin knew. That plugin repeats the requested model
 * where the answer names none, so only a different name is evidence.
 */
export function modelOf(request: LlmRequest, answer: LlmAnswer, ai: CapturedOutcome['ai']): Model {
  const requested = request.modelRequested ?? ai?.request_model;
  const base: Model = { ...answer.model, ...(requested === undefined ? {} : { requested }) };
  if (base.executed !== undefined || ai?.response_model === undefined || ai.response_model === ai.request_model) return base;
  return { ...base, executed: ai.response_model, evidence: 'gateway' };
}

export function usageOf(answer: LlmAnswer, ai: CapturedOutcome['ai']): Usage | undefined {
  if (answer.usage) return answer.usage;
  const usage: Usage = {};
  if (isCount(ai?.prompt_tokens)) usage.inputTokens = ai.prompt_tokens;
  if (isCount(ai?.completion_tokens)) usage.outputTokens = ai.completion_tokens;
  return Object.keys(usage).length > 0 ? usage : undefined;
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
