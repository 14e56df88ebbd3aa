import { useState } from 'react';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';

/** An act and what went wrong with it; `run` answers whether it was done. */
export function useDoing(): {
  readonly problem: Problem | undefined;
  readonly clear: () => void;
  readonly run: (act: () => Promise<void>) => Promise<boolean>;
} {
  const [problem, setProblem] = useState<Problem>();
  return {
    problem,
    clear: () => setProblem(undefined),
    async run(act) {
      setProblem(undefined);
      try {
        await act();
        return true;
      } catch (error) {
        setProblem(error instanceof ApiError ? error.problem : UNREACHED);
        return false;
      }
    },
  };
}
