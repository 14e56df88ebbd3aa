// Runs as the phases hand them over, for tests of whoever works on them.
import type { CapturedOutcome } from '../../plugin/src/observe/index.ts';
import type { PendingRun } from '../../plugin/src/pending.ts';

let runs = 0;
/** Of one user who says the text. */
export const observedRun = (text: string): PendingRun => ({
  runId: (++runs).toString(16).padStart(32, '0'),
  correlationId: 'c',
  at: Date.now(),
  request: {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', user: 'zoe', messages: [{ role: 'user', content: text }] }),
    bodyTruncated: false,
    startedMs: Date.now(),
  },
  trace: {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: undefined,
    sampled: true,
    source: 'new',
    baggage: [],
    setHeaders: {},
    clearHeaders: [],
  },
});
/** With an answer, where one is given; else of a call that nobody answered. */
export const observedOutcome = (answer?: string): CapturedOutcome => ({
  status: 200,
  response_headers: answer === undefined ? {} : { 'content-type': 'application/json' },
  ...(answer === undefined
    ? {}
    : {
        body: JSON.stringify({
          id: 'c1',
          model: 'gpt-4o',
          choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
        }),
      }),
  body_bytes: answer === undefined ? 0 : 100,
  body_truncated: false,
  started_ms: Date.now(),
  ended_ms: Date.now(),
  aborted: false,
  tries: [],
});
