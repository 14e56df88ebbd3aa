import { useMemo, useSyncExternalStore } from 'react';
import { routeOf, type Route } from './url.ts';

const listeners = new Set<() => void>();
const notify = (): void => {
  for (const listener of listeners) listener();
};
window.addEventListener('popstate', notify);

/** Steps that the page itself made in this tab: only over these may Esc go back. */
const depth = (): number => (history.state as { readonly depth?: number } | null)?.depth ?? 0;

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') {
    history.pushState({ depth: depth() + 1 }, '', to);
    scrollTo(0, 0);
  } else {
    history.replaceState(history.state, '', to);
  }
  notify();
}

/** Back to where the reader came from inside the page, else to `otherwise`. */
export function goBack(otherwise: string): void {
  if (depth() > 0) history.back();
  else navigate(otherwise);
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function useRoute(): Route {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const pathname = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => routeOf(search, pathname), [search, pathname]);
}
