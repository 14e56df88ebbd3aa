// How often one address and one token may ask, and how often an address may be wrong about its token. All in memory:
// after a restart everyone starts afresh.
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { createBuckets, ClewError, type Caller } from '../kernel/index.ts';

export interface RateLimits {
  /** Requests a second and token, ten times that at once; 0: no limit. */
  readonly perToken: number;
  /** The same of all requests from one address. */
  readonly perAddress: number;
  /** Wrong tokens a minute and address. */
  readonly wrongTokensPerMinute: number;
}

export const DEFAULT_RATES: RateLimits = { perToken: 500, perAddress: 1_000, wrongTokensPerMinute: 30 };

export interface RequestLimits {
  /** Throws rate_limited. */
  admit(address: string): void;
  /** Before a token is judged. Throws too_many_attempts, save for a token that was valid from this address a while ago. */
  beforeToken(address: string, authorization: string | undefined): void;
  wrongToken(address: string): void;
  rightToken(address: string, authorization: string | undefined): void;
  /** Throws rate_limited. */
  perCaller(caller: Caller): void;
  /** Of signing in. Throws too_many_attempts. */
  attempt(address: string): void;
}

const BURST_SECONDS = 10;
const MAX_KNOWN = 10_000;
/** Two make a sign-in: there and back. */
const ATTEMPTS_PER_MINUTE = 60;

export function createRequestLimits(rates: RateLimits, nowMs: () => number = () => performance.now()): RequestLimits {
  const bucketsOf = (perSecond: number) =>
    perSecond === 0 ? undefined : createBuckets({ perSecond, burst: perSecond * BURST_SECONDS, nowMs });
  const addresses = bucketsOf(rates.perAddress);
  const tokens = bucketsOf(rates.perToken);
  const wrong = createBuckets({ perSecond: rates.wrongTokensPerMinute / 60, burst: rates.wrongTokensPerMinute, nowMs });
  const attempts = createBuckets({ perSecond: ATTEMPTS_PER_MINUTE / 60, burst: ATTEMPTS_PER_MINUTE, nowMs });
  /** Of pairs of address and token that were right: a guesser behind the same address must not lock a gateway out. */
  const known = new Set<string>();
  const pairOf = (address: string, authorization = ''): string =>
    createHash('sha256').update(`${address}\0${authorization}`).digest('base64');

  return {
    admit(address) {
      refuse('rate_limited', addresses?.take(networkOf(address)) ?? 0, 'the address sends too many');
    },
    beforeToken(address, authorization) {
      if (authorization === undefined) return;
      const network = networkOf(address);
      const waitMs = wrong.wait(network);
      if (waitMs > 0 && !known.has(pairOf(network, authorization))) refuse('too_many_attempts', waitMs);
    },
    wrongToken(address) {
      wrong.take(networkOf(address));
    },
    rightToken(address, authorization) {
      const pair = pairOf(networkOf(address), authorization);
      known.delete(pair);
      known.add(pair);
      const oldest = known.size > MAX_KNOWN ? known.values().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    },
    attempt(address) {
      refuse('too_many_attempts', attempts.take(networkOf(address)), 'this address tries to sign in too often');
    },
    perCaller(caller) {
      refuse('rate_limited', tokens?.take(caller.tokenId) ?? 0, 'the token sends too many');
    },
  };
}

function refuse(code: 'rate_limited' | 'too_many_attempts', waitMs: number, detail?: string): void {
  if (waitMs > 0) throw new ClewError(code, detail, { extra: { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) } });
}

/** One customer has a whole /64 of IPv6; IPv4 may come in its IPv6 clothes. */
export function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const bare = address.split('%')[0] ?? '';
  if (!isIPv6(bare)) return address;
  const [head = '', tail] = bare.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array.from({ length: gap }, () => '0'), ...back]
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
