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
async function call<T>(made: Call): Promise<T> {
  const response = await answerTo(made, 'application/json');
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function answerTo({ method, address, token, body, signal }: Call, accept: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers: {
        Accept: accept,
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
  return response;
}

const signed = <T>(made: Omit<Call, 'token'>): Promise<T> => withToken((token) => call<T>({ ...made, token }));

/** A token that is no longer valid is forgotten, which brings the sign-in back. */
async function withToken<T>(ask: (token: string | null) => Promise<T>): Promise<T> {
  const token = readToken();
  try {
    return await ask(token);
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 401 && readToken() === token) forget('refused');
    throw error;
  }
}

export const get = <T>(path: string, query: Query, signal: AbortSignal | undefined, token: string | null): Promise<T> =>
  call<T>({ method: 'GET', address: addressOf(path, query), token, signal });

export const getSigned = <T>(path: string, query: Query, signal?: AbortSignal): Promise<T> =>
  signed<T>({ method: 'GET', address: addressOf(path, query), signal });

/** Server-sent events as they come; ends when the server ends them. Throws as `getSigned`. */
export async function* eventsSigned(path: string, query: Query, signal: AbortSignal): AsyncGenerator<{ event: string; data: unknown }> {
  const address = addressOf(path, query);
  const { body } = await withToken((token) => answerTo({ method: 'GET', address, token, signal }, 'text/event-stream'));
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let text = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + value).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event, data] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
        if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) as unknown };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export const deleteSigned = <T = void>(path: string): Promise<T> => signed<T>({ method: 'DELETE', address: path });

export const postSigned = <T>(path: string, body: unknown): Promise<T> => signed<T>({ method: 'POST', address: path, body });
