/** What went wrong, in the words of the API (RFC 9457) or, where it could not be reached, our own. */
export interface Problem {
  /** 0 when no answer came. */
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly remedy?: string;
  /** Id of the log line that holds the cause. */
  readonly incident?: string;
  /** Of a policy that is refused: all that is wrong with it. */
  readonly faults?: readonly Fault[];
  /** Of a thread that is gone: where its requests are. */
  readonly mergedInto?: string;
}

export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly field: string;
  readonly expected: string;
  readonly consequence: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

export const UNREACHED: Problem = {
  status: 0,
  title: 'The control plane does not answer',
  remedy: 'Check that npm start is still running. The page tries again by itself.',
};

/** Reads any error answer; proxies in between may answer with something else than problem+json. */
export async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = { status: response.status, title: `The answer was HTTP ${response.status}` };
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== 'object' || body === null) return fallback;
  const field = (name: string): string | undefined => {
    const value = (body as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  const faults = (body as { readonly faults?: unknown }).faults;
  const [title, detail, remedy, incident, mergedInto] = ['title', 'detail', 'remedy', 'incident', 'mergedInto'].map(field);
  return {
    status: response.status,
    title: title ?? fallback.title,
    ...(detail === undefined ? {} : { detail }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(incident === undefined ? {} : { incident }),
    ...(Array.isArray(faults) ? { faults: faults as readonly Fault[] } : {}),
    ...(mergedInto === undefined ? {} : { mergedInto }),
  };
}
