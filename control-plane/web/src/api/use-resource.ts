import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, UNREACHED, type Problem } from './problem.ts';
import { onTokenChange } from './token.ts';

const RETRY_MS = 5000;
const isPassing = ({ status }: Problem): boolean => status === 0 || status === 429 || status >= 500;

export interface Resource<T> {
  /** The last good answer for this key, also while a newer one is awaited or fails. */
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly reload: () => void;
}

interface State<T> {
  readonly key: string;
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
}

/** Answers kept for going back without waiting; few, since one thread can be large. */
const KEPT = 12;
const kept = new Map<string, unknown>();

// What one token may see is not shown to the next.
onTokenChange(() => kept.clear());

/** For when what was shown may not be shown again. */
export const forgetKept = (): void => kept.clear();

function keep(key: string, data: unknown): void {
  kept.delete(key);
  kept.set(key, data);
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}

export interface Loading<T> {
  /** Shows what is there already, before the load ends. It is not kept: going back loads again. */
  readonly show: (data: T) => void;
  /** Of the last load of this key. */
  readonly last: T | undefined;
}

/**
 * Loads what `key` names, and again every `pollMs` (by what was loaded, where it is a function) while the tab is visible.
 * `load` and `pollMs` are read at each try, so they need not be stable; the key alone says what is loaded.
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal, loading: Loading<T>) => Promise<T>,
  pollMs?: number | ((data: T) => number),
): Resource<T> {
  const [state, setState] = useState<State<T>>({ key, data: kept.get(key) as T | undefined, problem: undefined });
  const [attempt, setAttempt] = useState(0);
  const latest = useRef({ load, pollMs });
  useEffect(() => {
    latest.current = { load, pollMs };
  });
  const polls = pollMs !== undefined;

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (): Promise<void> => {
      if (document.hidden && kept.has(key)) return;
      try {
        const show = (data: T): void => {
          if (!controller.signal.aborted) setState({ key, data, problem: undefined });
        };
        const data = await latest.current.load(controller.signal, { show, last: kept.get(key) as T | undefined });
        if (controller.signal.aborted) return;
        keep(key, data);
        setState({ key, data, problem: undefined });
      } catch (error) {
        if (controller.signal.aborted) return;
        const problem = error instanceof ApiError ? error.problem : UNREACHED;
        setState((shown) => ({ key, data: (kept.get(key) as T | undefined) ?? (shown.key === key ? shown.data : undefined), problem }));
        // What may pass is tried again, also where nothing else asks again.
        if (!polls && isPassing(problem)) timer = setTimeout(() => void run(), RETRY_MS);
      }
      const { pollMs: every } = latest.current;
      const data = kept.get(key) as T | undefined;
      const wait = typeof every === 'function' ? (data === undefined ? RETRY_MS : every(data)) : every;
      if (wait !== undefined) timer = setTimeout(() => void run(), wait);
    };
    const onVisible = (): void => {
      if (document.hidden || !polls) return;
      clearTimeout(timer);
      void run();
    };
    void run();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [key, polls, attempt]);

  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const own = state.key === key;
  return { data: own ? state.data : (kept.get(key) as T | undefined), problem: own ? state.problem : undefined, reload };
}
