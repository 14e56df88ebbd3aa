// History evidence compares keyed digests of messages. They are packed into numbers: a thousand messages a request and
// hundreds of remembered requests would otherwise cost tens of megabytes for each principal.
import type { History } from '#contract';

/** The messages of one request, packed, in the order in which the client sent them. */
export interface Chain {
  readonly messages: Float64Array;
  /** The answer as a client would send it back. */
  readonly answer: number | undefined;
  /** Messages that the gateway left out in front because the list was too long. */
  readonly omitted: number;
  readonly keyId: string;
  readonly summary: boolean;
}

const DIGEST_BITS = 2 ** 50;
const ROLE = { u: 1, a: 2, t: 3 } as const;

/** Role and the first 50 bits of the digest. Digests are keyed, so nobody outside can construct collisions. */
export function pack(message: string): number {
  const role = ROLE[message[0] as keyof typeof ROLE];
  const bytes = Buffer.from(message.slice(1, 11), 'base64url');
  return role * DIGEST_BITS + bytes.readUIntBE(0, 6) * 4 + (bytes.readUInt8(6) >> 6);
}

export const isAssistant = (packed: number): boolean => Math.floor(packed / DIGEST_BITS) === ROLE.a;

const packed = new WeakMap<History, Chain>();

/** The history, packed; once for each history object, which nobody changes. */
export function chainOf(history: History | undefined): Chain | undefined {
  if (history === undefined || history.messages.length === 0) return undefined;
  const known = packed.get(history);
  if (known !== undefined) return known;
  const chain: Chain = {
    messages: Float64Array.from(history.messages, pack),
    answer: history.answer === undefined ? undefined : pack(history.answer),
    omitted: history.dropped ?? 0,
    keyId: history.keyId ?? '',
    summary: history.summary ?? false,
  };
  packed.set(history, chain);
  return chain;
}

/** True when both requests carry the same messages: the same question in the same place. */
export function sameMessages(a: Chain, b: Chain): boolean {
  if (a.keyId !== b.keyId || a.omitted !== b.omitted || a.messages.length !== b.messages.length) return false;
  return a.messages.every((message, index) => message === b.messages[index]);
}

/** True when the later request begins with all messages of the earlier one and the answer that it got. */
export function wholePrefixOf(later: Chain, earlier: Chain): boolean {
  if (earlier.omitted > 0 || earlier.answer === undefined || earlier.keyId !== later.keyId) return false;
  return prefixRun(later, earlier)?.answered === true;
}

/** True when the later request carries the earlier one's newest message and, right after it, the answer that it got. */
export function carriesExchange(later: Chain, earlier: Chain): boolean {
  if (earlier.answer === undefined || earlier.keyId !== later.keyId) return false;
  const asked = earlier.messages[earlier.messages.length - 1];
  return later.messages.some((message, index) => index > 0 && message === earlier.answer && later.messages[index - 1] === asked);
}

/** Where the end of an earlier request's conversation stands inside a later request's messages. */
export interface Run {
  /** Index in the later request at which the matching messages begin, and how many match. */
  readonly at: number;
  readonly length: number;
  /** Index in the earlier conversation at which they begin. */
  readonly from: number;
  /** The run ends with the earlier request's answer. */
  readonly answered: boolean;
}

/**
 * The run of `earlier` (its messages, then its answer) that ends at its end and lies inside `later`, leaving at least one
 * newer message after an answer. A whole prefix is preferred; otherwise the last place where the end stands counts, which
 * `lastIndex` tells for each message of `later`.
 */
export function runInto(later: Chain, lastIndex: ReadonlyMap<number, number>, earlier: Chain): Run | undefined {
  const whole = prefixRun(later, earlier);
  if (whole !== undefined) return whole;
  if (earlier.answer !== undefined) {
    const end = lastIndex.get(earlier.answer);
    if (end !== undefined && end < later.messages.length - 1) return backwards(later, end, earlier, earlier.messages.length);
  }
  const end = lastIndex.get(earlier.messages[earlier.messages.length - 1] ?? 0);
  return end === undefined ? undefined : backwards(later, end, earlier, earlier.messages.length - 1);
}

function prefixRun(later: Chain, earlier: Chain): Run | undefined {
  const count = earlier.messages.length;
  if (count > later.messages.length) return undefined;
  for (let i = 0; i < count; i++) if (later.messages[i] !== earlier.messages[i]) return undefined;
  const answered = earlier.answer !== undefined && count < later.messages.length - 1 && later.messages[count] === earlier.answer;
  return { at: 0, from: 0, length: answered ? count + 1 : count, answered };
}

function backwards(later: Chain, laterEnd: number, earlier: Chain, earlierEnd: number): Run {
  const answered = earlierEnd === earlier.messages.length;
  let length = answered ? 1 : 0;
  while (length <= laterEnd && length <= earlierEnd && later.messages[laterEnd - length] === earlier.messages[earlierEnd - length])
    length++;
  return { at: laterEnd - length + 1, from: earlierEnd - length + 1, length, answered };
}
