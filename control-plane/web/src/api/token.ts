// What the page proves itself with: a token, or the session of somebody who signed in by the identity provider. A token
// lives in this tab's session storage and leaves it in the Authorization header only: never in a URL that the server, a
// proxy's log or the history could keep. A session is a cookie that no script can read; with it goes a secret for acts.
const KEY = 'clew.token';
const listeners = new Set<() => void>();

/** Stands for the session where a token would stand. */
export const SESSION = 'session';
let csrf: string | null = null;

/** Why nobody is signed in any more: asked for by the reader, or the server no longer takes what the page holds. */
export type SignOut = 'asked' | 'token_refused' | 'session_ended';
let signOutReason: SignOut | undefined;
export const readSignOut = (): SignOut | undefined => signOutReason;

export const readToken = (): string | null => (csrf !== null ? SESSION : sessionStorage.getItem(KEY));
export const readCsrf = (): string | null => csrf;

export function keepToken(token: string): void {
  csrf = null;
  sessionStorage.setItem(KEY, token);
  tell();
}

/** Forgets token and session because the reader asks for it, or because the server refused what was sent. */
export function forget(why: 'asked' | 'refused'): void {
  signOutReason = why === 'asked' ? 'asked' : csrf === null ? 'token_refused' : 'session_ended';
  csrf = null;
  sessionStorage.removeItem(KEY);
  tell();
}

export function keepSession(secret: string): void {
  csrf = secret;
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

export function onTokenChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Why a sign-in at the provider failed, as the server says it in the fragment of the address. */
export type LoginFailure = 'refused' | 'expired' | 'no_role' | 'unavailable';
let failure: LoginFailure | undefined;
export const readLoginFailure = (): LoginFailure | undefined => failure;

const FAILURES: readonly LoginFailure[] = ['refused', 'expired', 'no_role', 'unavailable'];

/** The server prints a link with #token=…; fragments are not sent. What stands there is taken over and removed from the address. */
export function takeFragment(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  const [token, login] = [given.get('token'), given.get('login')];
  if (token === null && login === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  failure = FAILURES.find((one) => one === login);
  if (token !== null && token !== '') keepToken(token);
}
