// What the page proves itself with: a token, or the session of somebody who signed in by the identity provider. A token
// lives in this tab's session storage and leaves it in the Authorization header only: never in a URL that the server, a
// proxy's log or the history could keep. A session is a cookie that no script can read; with it goes a secret for acts.
const KEY = 'clew.token';
const listeners = new Set<() => void>();

/** Stands for the session where a token would stand. */
export const SESSION = 'session';
let csrf: string | null = null;

export const readToken = (): string | null => (csrf !== null ? SESSION : sessionStorage.getItem(KEY));
export const readCsrf = (): string | null => csrf;

export function keepToken(token: string | null): void {
  csrf = null;
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
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
