// Signing in by the identity provider, and out again.
import { ApiError, problemOf, UNREACHED } from './problem.ts';
import { forget, keepSession, readCsrf } from './token.ts';

export interface SessionState {
  /** Whether a provider is set for the page. */
  readonly login: boolean;
  readonly csrf: string | null;
  readonly endsAt: string | null;
}

async function readSession(signal?: AbortSignal): Promise<SessionState> {
  const response = await fetch('/v1/session', {
    headers: { Accept: 'application/json' },
    credentials: 'same-origin',
    cache: 'no-store',
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new ApiError(UNREACHED);
  });
  if (!response.ok) throw new ApiError(await problemOf(response));
  return (await response.json()) as SessionState;
}

/** Takes over the session that this browser has, if it has one; answers whether a provider is set. */
export async function resumeSession(signal?: AbortSignal): Promise<boolean> {
  const { login, csrf } = await readSession(signal);
  if (csrf !== null) keepSession(csrf);
  return login;
}

/** Where the browser goes to sign in; it comes back to what is shown. */
export const loginAddress = (): string => `/v1/login?return=${encodeURIComponent(location.pathname + location.search)}`;

/** Ends the session at the server, or forgets the token. */
export async function signOut(): Promise<void> {
  const csrf = readCsrf();
  if (csrf !== null) {
    await fetch('/v1/logout', { method: 'POST', headers: { 'X-Clew-Csrf': csrf }, credentials: 'same-origin' }).catch(() => undefined);
  }
  forget('asked');
}
