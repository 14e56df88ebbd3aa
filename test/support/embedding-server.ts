// An embedding service over HTTP for tests: OpenAI's and Cohere's protocol, in front of any embedder, with faults on request.
import type { AddressInfo } from 'node:net';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Embedder } from '../../control-plane/src/ingest/index.ts';

export interface Call {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly texts: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface EmbeddingServer {
  /** On 127.0.0.1. */
  readonly url: string;
  readonly calls: Call[];
  /** Answers in place of the next ones; `answer` gets the texts. */
  readonly faults: ({ readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | 'hang' | 'cut')[];
  /** Texts longer than this are refused with 400, as servers with a short window do. */
  longest: number;
  /** How long each call takes. */
  delayMs: number;
  close(): Promise<void>;
}

const KEY = 'sk-embedding-test-key';
export const EMBEDDING_KEY = KEY;

export async function startEmbeddingServer(embedder: Embedder): Promise<EmbeddingServer> {
  const calls: Call[] = [];
  const faults: EmbeddingServer['faults'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const reply = (status: number, json: unknown, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof json === 'string' ? json : JSON.stringify(json));
      };
      void (async () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
        const path = request.url ?? '';
        const isCohere = path.startsWith('/v2/embed');
        const input = isCohere ? body['texts'] : body['input'];
        const texts = (typeof input === 'string' ? [input] : (input ?? [])) as string[];
        calls.push({ path, headers: request.headers, texts, body });
        const fault = faults.shift();
        if (fault === 'hang') return;
        if (fault === 'cut') return void response.destroy();
        if (fault) {
          reply(fault.status, fault.body ?? { error: { message: `no: ${texts[0] ?? ''}` } }, fault.headers);
          return;
        }
        const given = request.headers.authorization ?? `Bearer ${String(request.headers['api-key'])}`;
        if (given !== `Bearer ${KEY}`) {
          reply(401, { error: { message: 'wrong key' } });
          return;
        }
        if (!isCohere && !path.includes('/embeddings')) {
          reply(404, { error: { message: 'no such path' } });
          return;
        }
        if (isCohere && texts.length > 96) {
          reply(400, { message: 'too many texts' });
          return;
        }
        if (texts.some((text) => text.length > embeddingServer.longest)) {
          reply(400, { error: { message: 'too long' } });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, embeddingServer.delayMs));
        const vectors = (await embedder.embed(texts)).map((vector) => Array.from(vector, (value) => value * 3));
        if (isCohere) {
          reply(200, { id: 'x', embeddings: { float: vectors }, texts, meta: { api_version: { version: '2' } } });
          return;
        }
        const asked = body['encoding_format'] === 'base64';
        const shown = vectors.map((vector) => (asked ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector));
        // Out of order, as the protocol allows.
        const data = shown.map((embedding, index) => ({ object: 'embedding', index, embedding })).reverse();
        reply(200, { object: 'list', data, model: body['model'], usage: { prompt_tokens: 1, total_tokens: 1 } });
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const embeddingServer: EmbeddingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    faults,
    longest: Infinity,
    delayMs: 0,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return embeddingServer;
}
