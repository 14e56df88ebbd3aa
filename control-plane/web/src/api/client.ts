import { ApiError, problemOf, UNREACHED } from './problem.ts';
import { keepToken, readToken } from './token.ts';
import type {
  Alert,
  AlertDetail,
  Answered,
  Me,
  Page,
  Question,
  RunDetail,
  RunDiff,
  RunSummary,
  SearchHit,
  ThreadDetail,
  ThreadSummary,
  TopicPage,
} from './views.ts';

type Query = Readonly<Record<string, string | undefined>>;

/** Throws ApiError for every answer that is not a success, and lets an abort through. */
async function get<T>(path: string, query: Query, signal: AbortSignal | undefined, token: string | null): Promise<T> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') parameters.set(name, value);
  const search = parameters.size > 0 ? `?${parameters.toString()}` : '';
  let response: Response;
  try {
    response = await fetch(path + search, {
      headers: { Accept: 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
      credentials: 'omit',
      cache: 'no-store',
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(UNREACHED);
  }
  if (!response.ok) throw new ApiError(await problemOf(response));
  return (await response.json()) as T;
}

/** As `get`, with the kept token; a token that is no longer valid is forgotten, which brings the sign-in back. */
async function getSigned<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  const token = readToken();
  try {
    return await get<T>(path, query, signal, token);
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 401 && readToken() === token) keepToken(null);
    throw error;
  }
}

export const listThreads = (query: Query, signal?: AbortSignal): Promise<Page<ThreadSummary>> => getSigned('/v1/threads', query, signal);
export const readThread = (id: string, signal?: AbortSignal): Promise<ThreadDetail> =>
  getSigned(`/v1/threads/${encodeURIComponent(id)}`, {}, signal);
export const search = (q: string, signal?: AbortSignal): Promise<Page<SearchHit>> => getSigned('/v1/search', { q, limit: '50' }, signal);

export const listRuns = (query: Query, signal?: AbortSignal): Promise<Page<RunSummary>> => getSigned('/v1/runs', query, signal);
export const readRun = (id: string, signal?: AbortSignal): Promise<RunDetail> =>
  getSigned(`/v1/runs/${encodeURIComponent(id)}`, {}, signal);
export const compareRuns = (a: string, b: string, signal?: AbortSignal): Promise<RunDiff> => getSigned('/v1/runs/diff', { a, b }, signal);
export const readBundle = (id: string): Promise<unknown> => getSigned(`/v1/runs/${encodeURIComponent(id)}/bundle`, {});
export const askRun = (question: Question, run: string, signal?: AbortSignal): Promise<Page<Answered>> =>
  getSigned('/v1/runs/answers', { question, run }, signal);
export const listTopics = (signal?: AbortSignal): Promise<TopicPage> => getSigned('/v1/topics', {}, signal);
export const listAlerts = (signal?: AbortSignal): Promise<Page<Alert>> => getSigned('/v1/alerts', {}, signal);
export const readAlert = (id: string, signal?: AbortSignal): Promise<AlertDetail> =>
  getSigned(`/v1/alerts/${encodeURIComponent(id)}`, {}, signal);

export const readMe = (signal?: AbortSignal): Promise<Me> => getSigned('/v1/me', {}, signal);

/** Throws when the token is not accepted. */
export async function tryToken(token: string): Promise<void> {
  await get('/v1/me', {}, undefined, token);
}
