import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
  /** Milliseconds from the end of the request to each chunk of the answer. */
  readonly chunkTimesMs: readonly number[];
  readonly isComplete: boolean;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly agent?: http.Agent;
  /** Called with each chunk; what it does with the request is the test's matter. */
  readonly onChunk?: (chunk: Buffer, request: http.ClientRequest, response: http.IncomingMessage) => void;
}

/** One request with everything that came back, also when the answer broke off. */
export function send(url: string, sent: Sent = {}): Promise<Received> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const chunkTimesMs: number[] = [];
    let startedMs = 0;
    const request = http.request(url, {
      method: sent.method ?? 'POST',
      headers: sent.headers ?? {},
      ...(sent.agent ? { agent: sent.agent } : {}),
    });
    // After the answer began its 'close' tells how it ended, and rejecting has no effect.
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('data', (chunk: Buffer) => {
        chunkTimesMs.push(performance.now() - startedMs);
        chunks.push(chunk);
        sent.onChunk?.(chunk, request, response);
      });
      response.on('error', () => undefined);
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          trailers: response.trailers,
          body: Buffer.concat(chunks),
          chunkTimesMs,
          isComplete: response.complete,
        }),
      );
    });
    startedMs = performance.now();
    request.end(sent.body);
  });
}

export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

/** An HTTP server on a free port of 127.0.0.1. */
export async function serve(handler: http.RequestListener): Promise<TestServer> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

export async function readAll(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
