// Talking to a running control plane from the command line.
import { UsageError } from './io.ts';

export interface ServerClient {
  readonly url: string;
  /** Undefined answers mean that nothing listens there. Other faults throw UsageError with what the server said. */
  request(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: string,
    contentType?: string,
  ): Promise<{ readonly status: number; readonly json: unknown; readonly retryAfterMs: number } | undefined>;
}

const TIMEOUT_MS = 60_000;

/** Where and with which token: --url and --token, else CLEW_URL or CLEW_PORT, and CLEW_TOKEN or CLEW_ADMIN_TOKEN. */
export function serverClient(options: { readonly url?: string | undefined; readonly token?: string | undefined }): ServerClient {
  const env = process.env;
  const url = (options.url ?? env['CLEW_URL'] ?? `http://127.0.0.1:${env['CLEW_PORT'] ?? '8787'}`).replace(/\/+$/, '');
  if (!URL.canParse(url)) throw new UsageError('--url or CLEW_URL is not a URL');
  const token = options.token ?? env['CLEW_TOKEN'] ?? env['CLEW_ADMIN_TOKEN'];
  return {
    url,
    async request(method, path, body, contentType = 'application/json') {
      let response: Response;
      try {
        response = await fetch(`${url}${path}`, {
          method,
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': contentType }),
          },
          ...(body === undefined ? {} : { body }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
      } catch (error) {
        // fetch hides the reason of a failed connection in the cause.
        if ((error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED') return undefined;
        throw new UsageError(`${url} does not answer (${error instanceof Error ? error.name : 'error'}). Is the address right?`);
      }
      const text = await response.text();
      const json = parse(text);
      if (response.status === 401) throw new UsageError(`${url} refused the token. Give one with --token or CLEW_TOKEN.`);
      return { status: response.status, json, retryAfterMs: Number(response.headers.get('retry-after') ?? 1) * 1000 };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Title and detail of a problem answer, for an error message. */
export function problemOf(json: unknown): string {
  const { title, detail } = (typeof json === 'object' && json !== null ? json : {}) as { title?: unknown; detail?: unknown };
  return [title, detail].filter((part) => typeof part === 'string').join(': ') || 'no explanation';
}
