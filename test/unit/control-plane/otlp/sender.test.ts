import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, describe, expect, it } from 'vitest';
import { otlpSender, type OtlpTarget } from '../../../../control-plane/src/adapters/otlp/index.ts';
import { PLAIN_DESTINATION, semanticSpan } from '../../../../control-plane/src/export/index.ts';
import { requestFacts } from '../../../support/span-facts.ts';

const place = { scope: { tenant: 'acme', environment: 'live' }, resource: resourceFromAttributes({}), schemaUrl: 'https://x/1' };
const SPANS = [semanticSpan(place, requestFacts(), { ...PLAIN_DESTINATION, name: 'd' })];

interface Got {
  readonly type: string | undefined;
  readonly key: unknown;
  readonly bytes: Buffer;
}

let server: Server | undefined;
afterEach(() => server?.close());

async function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      got.push({ type: request.headers['content-type'], key: request.headers['api-key'], bytes: plain });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, got };
}

const target = (url: string, fields: Partial<OtlpTarget> = {}): OtlpTarget => ({
  url,
  headers: { 'api-key': 'k' },
  protocol: 'http/json',
  compression: 'none',
  timeoutMs: 5_000,
  ...fields,
});

describe('a sender of OTLP', () => {
  it('sends JSON and protobuf, plain and squeezed, with its headers', async () => {
    const { url, got } = await receiver((_request, response) => response.end());
    for (const protocol of ['http/json', 'http/protobuf'] as const)
      for (const compression of ['none', 'gzip'] as const)
        expect(await otlpSender(target(url, { protocol, compression })).send(SPANS)).toEqual({ kind: 'taken', refused: 0 });
    expect(got.map(({ type, key }) => [type, key])).toEqual([
      ['application/json', 'k'],
      ['application/json', 'k'],
      ['application/x-protobuf', 'k'],
      ['application/x-protobuf', 'k'],
    ]);
    const sent = JSON.parse(got[1]?.bytes.toString('utf8') ?? '') as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] };
    expect(sent.resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({
      traceId: 'c'.repeat(32),
      spanId: 'd'.repeat(16),
      parentSpanId: 'e'.repeat(16),
      name: 'chat gpt-4o',
    });
    expect(got[2]?.bytes.equals(got[3]?.bytes ?? Buffer.of())).toBe(true);
    expect(got[2]?.bytes.includes('chat gpt-4o')).toBe(true);
  });

  it('goes over to the other encoding where the first is not known, and stays there', async () => {
    const { url, got } = await receiver((request, response) =>
      response.writeHead(request.headers['content-type'] === 'application/json' ? 200 : 415).end(),
    );
    const sender = otlpSender(target(url, { protocol: 'http/protobuf' }));
    expect(await sender.send(SPANS)).toEqual({ kind: 'taken', refused: 0 });
    expect(await sender.send(SPANS)).toEqual({ kind: 'taken', refused: 0 });
    expect(got.map(({ type }) => type)).toEqual(['application/x-protobuf', 'application/json', 'application/json']);
  });

  it('reads how many spans a receiver refused', async () => {
    const { url } = await receiver((_request, response) =>
      response.end(JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: 'x' } })),
    );
    expect(await otlpSender(target(url)).send(SPANS)).toEqual({ kind: 'taken', refused: 2 });
  });

  it('passes over answers that are no answers', async () => {
    const { url } = await receiver((_request, response) => response.end('x'.repeat(200_000)));
    expect(await otlpSender(target(url)).send(SPANS)).toEqual({ kind: 'taken', refused: 0 });
  });

  it.each([
    [429, { 'retry-after': '7' }, { kind: 'later', reason: 'http_429', afterMs: 7_000 }],
    [503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, { kind: 'later', reason: 'http_503', afterMs: undefined }],
    [502, {}, { kind: 'later', reason: 'http_502', afterMs: undefined }],
    [400, {}, { kind: 'refused', reason: 'http_400' }],
    [401, {}, { kind: 'refused', reason: 'http_401' }],
    [500, {}, { kind: 'refused', reason: 'http_500' }],
  ] as const)('takes %i as the protocol says', async (status, headers, expected) => {
    const { url } = await receiver((_request, response) => response.writeHead(status, headers).end());
    expect(await otlpSender(target(url)).send(SPANS)).toEqual(expected);
  });

  it('follows no redirect with its keys, and says nothing of the address', async () => {
    const { url, got } = await receiver((_request, response) => response.writeHead(307, { location: '/elsewhere' }).end());
    const result = await otlpSender(target(url)).send(SPANS);
    expect(result.kind).toBe('later');
    expect(got).toHaveLength(1);
    expect(JSON.stringify(result)).not.toContain('127.0.0.1');
  });

  it('gives up on a receiver that hangs or is not there', async () => {
    const { url } = await receiver(() => undefined);
    expect(await otlpSender(target(url, { timeoutMs: 50 })).send(SPANS)).toEqual({ kind: 'later', reason: 'TimeoutError' });
    server?.closeAllConnections();
    expect(await otlpSender(target('http://127.0.0.1:9/v1/traces')).send(SPANS)).toMatchObject({
      kind: 'later',
      reason: expect.stringMatching(/^[\w]+$/) as string,
    });
  });
});
