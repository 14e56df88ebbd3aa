// Keyed digests of a conversation's messages. Short texts can be guessed, so a plain hash of "yes" would tell who holds
// the sample what was said; the key, of one tenant and principal, keeps that from them.
import { createHmac, type KeyObject } from 'node:crypto';
import { canonicalize, secretKey, type History } from '#contract';
import { isEmpty } from './message.ts';
import type { Message, Role } from './types.ts';

/** The most digests that a sample carries; the newest are kept. */
export const MAX_DIGESTS = 1000;

export interface HistoryExtras {
  /** `LlmAnswer.sentBack`. */
  readonly answer?: Message | undefined;
  /** `LlmRequest.startsWithSummary`. */
  readonly summary?: boolean | undefined;
  readonly keyId?: string | undefined;
}

const LETTERS: Readonly<Partial<Record<Role, string>>> = { user: 'u', assistant: 'a', tool: 't' };

/**
 * Digests of `LlmRequest.messages`, oldest first. System and developer messages are left out, and so are messages that
 * hold nothing but fixed client wrappers.
 */
export function historyDigests(messages: readonly Message[], key: Uint8Array, extras: HistoryExtras = {}): History {
  const said = messages.filter((message) => LETTERS[message.role] !== undefined && !isEmpty(message));
  const secret = secretKey(key);
  const history: History = { messages: said.slice(-MAX_DIGESTS).map((message) => digestOf(message, secret)) };
  if (said.length > MAX_DIGESTS) history.dropped = said.length - MAX_DIGESTS;
  if (extras.answer?.role === 'assistant') history.answer = digestOf(extras.answer, secret);
  if (extras.keyId !== undefined) history.keyId = extras.keyId;
  if (extras.summary === true) history.summary = true;
  return history;
}

/** Role letter, then the first 16 bytes of HMAC-SHA-256(key, letter || canonical bytes) in base64url. */
function digestOf(message: Message, key: KeyObject): string {
  const letter = LETTERS[message.role] ?? '';
  const mac = createHmac('sha256', key).update(letter).update(canonicalize(message.canonical), 'utf8').digest();
  return letter + mac.subarray(0, 16).toString('base64url');
}
