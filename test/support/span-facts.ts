// A stored request with everything in it that a span can say.
import type { RequestFacts, RunFacts } from '../../control-plane/src/export/index.ts';
import type { RequestView } from '../../control-plane/src/threads/index.ts';

export function requestView(fields: Partial<RequestView> = {}): RequestView {
  return {
    id: 'r2',
    runId: 'ab'.repeat(16),
    at: '2026-01-01T00:00:00.250Z',
    endedAt: '2026-01-01T00:00:02.000Z',
    user: 'p',
    thread: 't_1',
    session: 's_1',
    turn: 2,
    position: 'continuation',
    intent: 'information_seeking',
    followUp: 'pronoun',
    method: 'inferred',
    confidence: 0.83,
    similarity: 0.41,
    predecessor: 'r1',
    parent: null,
    successors: [],
    reasons: [],
    moves: [],
    alternatives: [],
    truncation: null,
    fork: false,
    prompt: 'canary prompt',
    answer: 'canary answer',
    model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
    dialect: 'openai.chat',
    stream: true,
    provider: 'openai',
    usage: { inputTokens: 12, outputTokens: 34, cacheReadTokens: 5, cacheWriteTokens: 3, reasoningTokens: 2 },
    costUsd: 0.01,
    status: { outcome: 'ok', http: 200, finishReason: 'stop' },
    error: null,
    guardrails: [],
    stages: { ingressMs: 10, routingMs: 290, firstByteMs: 300, responseMs: 1_450 },
    trace: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), parentSpanId: 'e'.repeat(16), sampled: true },
    correlationId: 'corr-1',
    declaredSession: null,
    call: { kind: 'turn', responseId: 'resp-1', previousResponseId: 'resp-0' },
    gateway: { kind: 'kong', route: 'chat' },
    sampling: { reason: 'rate', probability: 0.5 },
    historyLength: null,
    redactions: {},
    ...fields,
  };
}

export function runFacts(fields: Partial<RunFacts> = {}): RunFacts {
  return {
    digest: 'f'.repeat(64),
    record: {
      model: { evidence: 'response_body', fingerprint: 'fp_1' },
      parameters: {
        temperature: 0.5,
        top_p: 0.9,
        top_k: 40,
        seed: 7,
        n: 2,
        stop: ['END'],
        max_tokens: 256,
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
        reasoning_effort: 'low',
        service_tier: 'flex',
      },
      composition: {
        variant: 'b',
        instructions: [{ digest: '1'.repeat(64), length: 10, template: { digest: '2'.repeat(64), manifest: 'support' } }],
        attempts: [
          { model: 'gpt-5', status: 503, reason: 'overloaded' },
          { model: 'gpt-4o', status: 200 },
        ],
      },
    },
    judgement: { verdict: 'drifted', manifest: { name: 'support', revision: '7' }, differences: [{ path: '/model/executed' }] },
    signed: { by: 'gateway', keyId: 'a'.repeat(64) },
    logIndex: 41,
    ...fields,
  };
}

export function requestFacts(fields: Partial<RequestView> = {}, rest: Partial<RequestFacts> = {}): RequestFacts {
  return { request: requestView(fields), ...rest };
}
