// Threads as the API shows them, from a few words a turn.
import type { FeedbackView, RequestView, ThreadDetail } from '../../../../control-plane/src/threads/index.ts';

export type TurnFields = Partial<RequestView>;

const BEGIN = Date.UTC(2026, 0, 5, 9);

export function requestOf(at: number, fields: TurnFields = {}): RequestView {
  return {
    id: `r${at + 1}`,
    runId: null,
    at: new Date(BEGIN + at * 60_000).toISOString(),
    endedAt: new Date(BEGIN + at * 60_000 + 1_500).toISOString(),
    user: 'p_ann',
    thread: 't',
    session: 's',
    turn: at + 1,
    position: at === 0 ? 'first' : 'continuation',
    intent: 'information_seeking',
    followUp: null,
    method: 'declared',
    confidence: 1,
    similarity: null,
    predecessor: at === 0 ? null : `r${at}`,
    successors: [],
    reasons: [],
    alternatives: [],
    truncation: null,
    fork: false,
    prompt: 'How is cheese made?',
    answer: 'From milk.',
    model: { requested: 'small', executed: 'small', evidence: 'response_body' },
    dialect: 'openai.chat',
    provider: null,
    usage: { inputTokens: 10, outputTokens: 20 },
    costUsd: 0.5,
    status: { outcome: 'ok' },
    error: null,
    guardrails: [],
    stages: null,
    trace: null,
    correlationId: null,
    declaredSession: null,
    call: null,
    gateway: null,
    sampling: null,
    historyLength: null,
    redactions: {},
    ...fields,
  } as RequestView;
}

export function threadOf(turns: readonly TurnFields[], fields: Partial<ThreadDetail> = {}): ThreadDetail {
  const requests = turns.map((turn, at) => requestOf(at, turn));
  return {
    id: 't',
    user: 'p_ann',
    startedAt: requests[0]?.at ?? '',
    lastAt: requests.at(-1)?.at ?? '',
    durationMs: requests.length * 60_000,
    turns: requests.filter(({ call }) => (call?.kind ?? 'turn') === 'turn').length,
    calls: requests.length,
    title: '',
    lastPrompt: '',
    topic: null,
    models: [],
    errors: 0,
    blocks: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: null,
    outcome: 'completed',
    breakdown: null,
    sessions: 1,
    lowestConfidence: 1,
    feedback: { up: 0, down: 0 },
    requests,
    feedbackGiven: [],
    ...fields,
  } as ThreadDetail;
}

export const thumb = (requestId: string, value: 'up' | 'down', id = `${requestId}-${value}`): FeedbackView => ({
  id,
  kind: 'thumbs',
  value,
  name: null,
  source: 'user',
  at: new Date(BEGIN).toISOString(),
  requestId,
});
