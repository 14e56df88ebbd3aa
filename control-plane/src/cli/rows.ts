// Rows of past conversations, as `clew replay` and `clew import` take them, to samples of the wire contract.
import { createHmac } from 'node:crypto';
import { pseudonym, type Sample, type TenantKeys } from '#contract';
import { historyDigests, readRequest } from '#dialects';

export interface ConversationRow {
  /** As given. */
  readonly id: string | number;
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly user: string;
  readonly sample: Sample;
}

const MAX_TEXT = 65_536;

/**
 * A row {id, ts, user, text, response?, session?, messages?, model?} as a sample; other fields are not read.
 * Principal and history digests are those that a gateway derives from the same keys. Answers what is wrong with the row
 * where it cannot be used: field and what was expected.
 */
export function sampleOf(row: Record<string, unknown>, keys: TenantKeys): ConversationRow | { readonly problem: string } {
  const { id, ts, user, text, response, session, messages, model } = row;
  if ((typeof id !== 'string' || id === '') && typeof id !== 'number') return { problem: 'field "id" must be a text or number' };
  const atMs = timeOf(ts);
  if (atMs === undefined) return { problem: 'field "ts" must be epoch seconds or an ISO time' };
  if ((typeof user !== 'string' || user.trim() === '') && typeof user !== 'number')
    return { problem: 'field "user" must be a text or number' };
  if (typeof text !== 'string') return { problem: 'field "text" must be a string' };
  const principal = pseudonym(keys.principal, String(user).trim());
  const history = messages === undefined || messages === null ? undefined : historyOf(messages, response, keys.history(principal));
  if (history === null) return { problem: 'field "messages" must be a list of {role, content}' };
  const sample: Sample = {
    version: 1,
    id: sampleId(String(id)),
    startedAt: new Date(atMs).toISOString(),
    principal: { id: principal, source: 'import', trust: 'asserted' },
    gateway: { kind: 'import' },
    dialect: 'openai.chat',
    prompt: cut(text),
    ...(typeof response === 'string' && response !== '' ? { answer: cut(response) } : {}),
    ...(typeof session === 'string' && session !== '' ? { session: { id: session.slice(0, 256), source: 'import' } } : {}),
    ...(typeof model === 'string' && model !== '' ? { model: { requested: model.slice(0, 256), evidence: 'unknown' as const } } : {}),
    ...(history ? { history } : {}),
    status: { outcome: 'ok' },
  };
  return { id, atMs, user: String(user), sample };
}

function timeOf(ts: unknown): number | undefined {
  const milliseconds =
    typeof ts === 'number'
      ? ts * 1000
      : typeof ts === 'string' && ts.trim() !== ''
        ? Number.isFinite(Number(ts))
          ? Number(ts) * 1000
          : Date.parse(ts)
        : Number.NaN;
  return Number.isFinite(milliseconds) && Math.abs(milliseconds) <= 8.64e15 ? milliseconds : undefined;
}

/** Ids of rows can be anything; those that the contract does not take are replaced by a digest, the same each time. */
function sampleId(id: string): string {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(id) ? id : createHmac('sha256', 'row').update(id).digest('hex').slice(0, 32);
}

const cut = (text: string): { text: string; truncated?: boolean; length: number } =>
  text.length <= MAX_TEXT ? { text, length: text.length } : { text: text.slice(0, MAX_TEXT), truncated: true, length: text.length };

/** The digests that a gateway would have taken of the same messages and answer; null where they cannot be read. */
function historyOf(messages: unknown, response: unknown, key: Uint8Array): Sample['history'] | null {
  if (!Array.isArray(messages)) return null;
  const answered = typeof response === 'string' && response !== '';
  const all: unknown[] = answered ? [...(messages as unknown[]), { role: 'assistant', content: response }] : messages;
  const reading = readRequest({
    method: 'POST',
    path: '/v1/chat/completions',
    requestHeaders: {},
    requestBody: JSON.stringify({ model: 'import', messages: all }),
    requestTruncated: false,
    status: undefined,
    responseHeaders: {},
    responseBody: undefined,
    responseTruncated: false,
  });
  if (!reading.ok) return null;
  const sent = answered ? reading.request.messages.slice(0, -1) : reading.request.messages;
  const answer = answered ? reading.request.messages.at(-1) : undefined;
  return historyDigests(sent, key, { answer, summary: reading.request.startsWithSummary });
}
