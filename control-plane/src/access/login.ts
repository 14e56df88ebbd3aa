// Signing in on the page, by OpenID Connect's authorization code flow with PKCE:
//
//   begin: state, nonce and verifier are made, bound to this browser by a cookie of their own
//   finish: the browser comes back with state and code; the code is redeemed once, the ID token must hold the nonce
//
// Everything that comes back is attacker-controlled until the last check is done.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuditTrail, Caller, Clock, Randomness, Scope } from '../kernel/index.ts';
import { loginOf } from './logins.ts';
import type { People } from './people.ts';
import type { LoginProvider } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** Why nobody is signed in; the page says what each means. */
export type LoginFailure = 'refused' | 'expired' | 'no_role' | 'unavailable';

export interface Login {
  /** @param returnTo path of the page, judged here */
  begin(returnTo: string | undefined): Promise<{ readonly url: string; readonly binding: string }>;
  finish(answer: LoginAnswer): Promise<LoginResult>;
}

export interface LoginAnswer {
  readonly state: string | undefined;
  readonly code: string | undefined;
  /** RFC 9207: who answers. */
  readonly issuer: string | undefined;
  /** From the cookie of `begin`. */
  readonly binding: string | undefined;
}

export type LoginResult =
  { readonly ok: true; readonly sessionId: string; readonly returnTo: string } | { readonly ok: false; readonly why: LoginFailure };

export interface LoginParts {
  readonly provider: LoginProvider;
  readonly people: People;
  readonly sessions: Sessions;
  readonly audit: AuditTrail;
  /** Whose log tells of people whom no role lets in. */
  readonly scope: Scope;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

interface Pending {
  readonly verifier: string;
  readonly nonce: string;
  readonly binding: string;
  readonly returnTo: string;
  readonly endsAtMs: number;
}

/** Somebody has to find a password and a second factor in it. */
const PENDING_MS = 10 * 60_000;
const MAX_PENDING = 10_000;

export function createLogin({ provider, people, sessions, audit, scope, clock, randomness }: LoginParts): Login {
  /** By state, oldest first. */
  const pending = new Map<string, Pending>();
  const random = (): string => Buffer.from(randomness.bytes(32)).toString('base64url');

  /** Taken out whatever comes of it: an answer counts once. */
  function take({ state, binding, issuer }: LoginAnswer): Pending | undefined {
    const found = state === undefined ? undefined : pending.get(state);
    if (found === undefined || state === undefined) return undefined;
    pending.delete(state);
    if (clock.nowMs() >= found.endsAtMs || !isSame(found.binding, binding)) return undefined;
    return issuer !== undefined && issuer !== provider.issuer ? undefined : found;
  }

  async function callerBehind(code: string, found: Pending): Promise<Caller | LoginFailure> {
    const claims = await provider.redeem(code, found).catch(() => 'unavailable' as const);
    if (claims === 'unavailable') return claims;
    if (claims === undefined) return 'refused';
    const caller = people.callerOf(claims);
    if (caller === undefined) await audit.append({ scope, kind: 'login_refused', actor: 'system', details: { why: 'no_role' } });
    return caller ?? 'no_role';
  }

  return {
    async begin(returnTo) {
      const [state, nonce, verifier, binding] = [random(), random(), random(), random()];
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const url = await provider.authorizationUrl({ state, nonce, challenge });
      pending.set(state, { verifier, nonce, binding, returnTo: ownPath(returnTo), endsAtMs: clock.nowMs() + PENDING_MS });
      if (pending.size > MAX_PENDING) pending.delete(pending.keys().next().value ?? '');
      return { url, binding };
    },
    async finish(answer) {
      const found = take(answer);
      if (found === undefined) return { ok: false, why: 'expired' };
      if (answer.code === undefined) return { ok: false, why: 'refused' };
      const caller = await callerBehind(answer.code, found);
      if (typeof caller === 'string') return { ok: false, why: caller };
      await audit.append(loginOf(caller));
      return { ok: true, sessionId: sessions.begin(caller).id, returnTo: found.returnTo };
    },
  };
}

/** Only the page itself: an address elsewhere would make this server vouch for it. */
function ownPath(path: string | undefined): string {
  return path !== undefined && /^\/(\?[\x21-\x7e]{0,2000})?$/.test(path) ? path : '/';
}

function isSame(a: string, b: string | undefined): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b ?? '')];
  return left.length === right.length && timingSafeEqual(left, right);
}
