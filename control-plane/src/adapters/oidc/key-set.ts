// The provider's public keys: discovered, cached, fetched again when a token names a key that is not known, and kept
// through an outage. What the provider sends is read under limits of size and time.
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { addressIn, discover, textOf } from './discovery.ts';
import type { OidcTimes } from './times.ts';

export interface KeySetOptions {
  readonly issuer: string;
  /** Absent: as the provider's discovery document says. */
  readonly jwksUrl: string | undefined;
  readonly times: OidcTimes;
  /** Milliseconds, of the clock that judges age. */
  readonly nowMs: () => number;
  readonly onStale: (reason: string) => void;
}

/** Resolves a token's key; rejects where the provider is out of reach and nothing usable is held. */
export function openKeySet(options: KeySetOptions): JWTVerifyGetKey {
  const { times } = options;
  const fetchKeys = keptFetch(options);
  let found: Promise<JWTVerifyGetKey> | undefined;
  let failedAtMs = -Infinity;
  const open = async (): Promise<JWTVerifyGetKey> => {
    const url = options.jwksUrl ?? addressIn(await discover(options.issuer, times.timeoutMs), 'jwks_uri');
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: times.timeoutMs,
      cooldownDuration: times.cooldownMs,
      cacheMaxAge: times.maxAgeMs,
      [customFetch]: fetchKeys,
    });
  };
  return async (header, token) => {
    // Tokens cost nothing to make up: a provider that is down is not asked once for each.
    if (found === undefined && options.nowMs() - failedAtMs < times.retryMs) throw new Error('the provider did not answer a moment ago');
    found ??= open();
    let keys: JWTVerifyGetKey;
    try {
      keys = await found;
    } catch (error) {
      found = undefined;
      failedAtMs = options.nowMs();
      throw error;
    }
    return keys(header, token);
  };
}

/** What was fetched last, where the provider does not answer; for `maxStaleMs`, then keys that may have been withdrawn end. */
function keptFetch({ times, nowMs, onStale }: KeySetOptions) {
  let kept: { readonly text: string; readonly atMs: number } | undefined;
  let failedAtMs = -Infinity;
  const answer = (text: string): Response => new Response(text, { headers: { 'content-type': 'application/json' } });
  return async (url: string, init: RequestInit): Promise<Response> => {
    try {
      if (nowMs() - failedAtMs < times.retryMs) throw new Error('the provider did not answer a moment ago');
      const response = await fetch(url, init);
      if (response.status !== 200) throw new Error(`the provider answers ${response.status} for its keys`);
      const text = await textOf(response);
      const { keys } = JSON.parse(text) as { keys?: unknown };
      if (!Array.isArray(keys)) throw new Error('the provider sends no key set');
      kept = { text, atMs: nowMs() };
      return answer(text);
    } catch (error) {
      if (nowMs() - failedAtMs >= times.retryMs) failedAtMs = nowMs();
      if (kept === undefined || nowMs() - kept.atMs > times.maxStaleMs) throw error;
      onStale(error instanceof Error ? error.name : 'error');
      return answer(kept.text);
    }
  };
}
