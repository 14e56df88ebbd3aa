// The token lives in this tab's session storage and leaves it in the Authorization header only: never in a URL that the
// server, a proxy's log or the history could keep.
const KEY = 'clew.token';
const listeners = new Set<() => void>();

export const readToken = (): string | null => sessionStorage.getItem(KEY);

export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
  for (const listener of listeners) listener();
}

export function onTokenChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The server prints a link with #token=…; fragments are not sent. It is taken over and removed from the address. */
export function takeTokenFromFragment(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (token !== '') keepToken(token);
}
