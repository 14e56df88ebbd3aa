// Calls to the API, with the kept token.
import { ApiError, problemOf, UNREACHED } from './problem.ts';
import { forget, readCsrf, readToken, SESSION } from './token.ts';

export type Query = Readonly<Record<string, string | undefined>>;

function addressOf(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') parameters.set(name, value);
  return parameters.size > 0 ? `${path}?${parameters.toString()}` : path;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly address: string;
  readonly token: string | null;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Throws ApiError for every answer that is not a success, and lets an abort through. */
async function call<T>({ method, address, token, body, signal }: Call): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers: {
        Accept: 'application/json',
        ...(token === null || token === SESSION ? {} : { Authorization: `Bearer ${token}` }),
        ...(token === SESSION && method !== 'GET' ? { 'X-Clew-Csrf': readCsrf() ?? '' } : {}),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      credentials: token === SESSION ? 'same-origin' : 'omit',
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(UNREACHED);
  }
  if (!response.ok) throw new ApiError(await problemOf(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A token that is no longer valid is forgotten, which brings the sign-in back. */
async function signed<T>(made: Omit<Call, 'token'>): Promise<T> {
  const token = readToken();
  try {
    return await call<T>({ ...made, token });
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 401 && readToken() === token) forget('refused');
    throw error;
  }
}

export const get = <T>(path: string, query: Query, signal: AbortSignal | undefined, token: string | null): Promise<T> =>
  call<T>({ method: 'GET', address: addressOf(path, query), token, signal });

export const getSigned = <T>(path: string, query: Query, signal?: AbortSignal): Promise<T> =>
  signed<T>({ method: 'GET', address: addressOf(path, query), signal });

export const deleteSigned = (path: string): Promise<void> => signed({ method: 'DELETE', address: path });

export const postSigned = <T>(path: string, body: unknown): Promise<T> => signed<T>({ method: 'POST', address: path, body });
