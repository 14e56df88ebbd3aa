import { useEffect, useReducer, useRef, useState } from 'react';
import { watchLive, type LiveEvent } from '../api/live.ts';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { NO_TRAFFIC, taken, type Traffic } from './traffic.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export interface Filter {
  readonly user?: string | undefined;
  readonly model?: string | undefined;
  readonly trouble?: string | undefined;
}

export interface LiveState {
  readonly traffic: Traffic;
  /** Undefined until the first answer. */
  readonly isConnected: boolean | undefined;
  readonly problem: Problem | undefined;
}

type Action = LiveEvent | 'empty';

const step = (traffic: Traffic, action: Action): Traffic => (action === 'empty' ? NO_TRAFFIC : taken(traffic, action, Date.now()));

/** Watches while the tab is visible, and again, ever later, when the connection is lost; what a refused role may not see ends it. */
export function useLive({ user, model, trouble }: Filter): LiveState {
  const [traffic, tell] = useReducer(step, NO_TRAFFIC);
  const [isConnected, setConnected] = useState<boolean>();
  const [problem, setProblem] = useState<Problem>();
  const filter = JSON.stringify({ user, model, trouble });
  const shown = useRef(filter);

  useEffect(() => {
    if (shown.current !== filter) tell('empty');
    shown.current = filter;
    let controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pauseMs = FIRST_PAUSE_MS;
    const watch = async (): Promise<void> => {
      const { signal } = controller;
      try {
        for await (const event of watchLive(JSON.parse(filter) as Record<string, string>, signal)) {
          if (signal.aborted) return;
          pauseMs = FIRST_PAUSE_MS;
          setConnected(true);
          setProblem(undefined);
          tell(event);
        }
      } catch (error) {
        if (signal.aborted) return;
        const why = error instanceof ApiError ? error.problem : UNREACHED;
        setConnected(false);
        setProblem(why);
        if (why.status === 401 || why.status === 403) return;
      }
      if (signal.aborted) return;
      timer = setTimeout(() => void watch(), pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    };
    const onVisible = (): void => {
      controller.abort();
      clearTimeout(timer);
      if (document.hidden) return;
      controller = new AbortController();
      void watch();
    };
    if (!document.hidden) void watch();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [filter]);

  return { traffic, isConnected, problem };
}
