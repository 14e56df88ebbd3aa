import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAll, send, serve, type TestServer } from '../support/http-client.ts';
import { startProbedGateway, type ProbedGateway } from '../support/probed-gateway.ts';

// The way of a request and its answer, the plugin's decision applied, and what the plugin is told afterwards.

interface Seen {
  method: string;
  url: string;
  rawHeaders: string[];
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
  trailers: NodeJS.Dict<string>;
  aborted: boolean;
}

const FLOOD_BYTES = 64 * 1024 * 1024;

describe('a request through the gateway', () => {
  let upstream: TestServer;
  let probed: ProbedGateway;
  const seen: Seen[] = [];
  let flooded = 0;
  const zipped = gzipSync('compressed by the provider '.repeat(50));
  /** How many requests came over a connection. */
  const uses = new WeakMap<object, number>();
  const big = randomBytes(3 * 1024 * 1024)
    .toString('hex')
    .slice(0, 4 * 1024 * 1024);

  beforeAll(async () => {
    upstream = await serve((request, response) => {
      const path = request.url ?? '';
      uses.set(request.socket, (uses.get(request.socket) ?? 0) + 1);
      void readAll(request).then(async (body) => {
        const entry: Seen = {
          method: request.method ?? '',
          url: path,
          rawHeaders: request.rawHeaders,
          headers: request.headers,
          body,
          trailers: request.trailers,
          aborted: false,
        };
        seen.push(entry);
        response.on('close', () => (entry.aborted = !response.writableFinished));
        if (path.startsWith('/stream')) {
          response.writeHead(200, { 'Content-Type': 'text/event-stream', Trailer: 'X-Sum' });
          for (let at = 0; at < 8 && !response.destroyed; at += 1) {
            response.write(`data: ${at}\n\n`);
            await sleep(60);
          }
          response.addTrailers({ 'X-Sum': '8' });
          response.end();
        } else if (path === '/big') response.end(big);
        else if (path === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped);
        else if (path === '/stale' && (uses.get(request.socket) ?? 0) > 1) request.socket.resetAndDestroy();
        else if (path === '/break') {
          response.writeHead(200, { 'content-length': '1000' });
          response.write('half', () => response.destroy());
        } else if (path === '/flood') {
          response.writeHead(200);
          const block = Buffer.alloc(256 * 1024, 'x');
          for (flooded = 0; flooded < FLOOD_BYTES && !response.destroyed; flooded += block.length)
            if (!response.write(block)) await new Promise<void>((resolve) => response.once('drain', resolve));
          response.end();
        } else {
          response.writeHead(
            201,
            'Made',
            [
              ['Set-Cookie', 'a=1'],
              ['Set-Cookie', 'b=2'],
              ['X-Odd-Case', 'Yes'],
              ['Connection', 'X-Private'],
              ['X-Private', 'hop'],
            ].flat(),
          );
          response.end(body);
        }
      });
    });
    probed = await startProbedGateway(upstream.url, {
      answerCapBytes: 4 * 1024 * 1024,
      requestCapBytes: 12 * 1024 * 1024,
      routes: [{ name: 'other', pathPrefix: '/other', service: 'other', upstream: `${upstream.url}/deep/` }],
      consumers: [{ apikey: 'trial-key', username: 'ada', customId: 'c-1' }],
    });
  });
  afterAll(async () => {
    await probed.close();
    await upstream.close();
  });
  beforeEach(async () => {
    await probed.gateway.settle();
    seen.length = 0;
    probed.outcomes.length = 0;
  });

  it('arrives with its headers, without those of the connection, and with the plugin’s', async () => {
    const answer = await send(`${probed.gateway.url}/any/path?x=1&y=%20`, {
      headers: {
        'X-Run': '7',
        Baggage: 'clew=1',
        Connection: 'close, X-Mine',
        'X-Mine': 'hop',
        TE: 'trailers',
        'X-Keep': 'Kept',
        'Content-Type': 'application/json',
      },
      body: '{"a":1}',
    });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/any/path?x=1&y=%20' });
    expect(seen[0]!.headers).toMatchObject({
      host: upstream.url.slice(7),
      'x-keep': 'Kept',
      'x-seen-bytes': '7',
      'x-body-length': '7',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    for (const gone of ['baggage', 'x-mine', 'te']) expect(seen[0]!.headers[gone]).toBeUndefined();
    expect(seen[0]!.rawHeaders).toContain('X-Keep');
    expect(seen[0]!.body.toString()).toBe('{"a":1}');
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-odd-case': 'Yes', 'x-clew-run': '7' });
    expect(answer.headers['x-private']).toBeUndefined();
    expect(answer.rawHeaders).toContain('X-Odd-Case');
  });

  it('tells the plugin what became of it', async () => {
    await send(`${probed.gateway.url}/echo`, { headers: { 'x-run': '8', apikey: 'trial-key' }, body: 'hello' });
    await probed.gateway.settle();
    expect(seen[0]!.headers['apikey']).toBeUndefined();
    const [outcome] = probed.outcomes;
    expect(outcome).toMatchObject({
      run_id: 'run-8',
      status: 201,
      body: 'hello',
      body_bytes: 5,
      body_truncated: false,
      aborted: false,
      consumer: { name: 'ada', custom_id: 'c-1' },
      route: { name: 'default' },
      tries: [{ ip: '127.0.0.1', port: Number(new URL(upstream.url).port), status: 201 }],
    });
    expect(outcome!.response_headers).toMatchObject({ 'set-cookie': 'a=1, b=2', 'x-clew-run': '8' });
    const times = [outcome!.started_ms, outcome!.upstream_ms!, outcome!.first_byte_ms!, outcome!.ended_ms];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('passes an unknown key on and knows nobody', async () => {
    await send(`${probed.gateway.url}/echo`, { headers: { apikey: 'of the provider' }, body: 'x' });
    await probed.gateway.settle();
    expect(seen[0]!.headers['apikey']).toBe('of the provider');
    expect(probed.outcomes[0]!.consumer).toBeUndefined();
  });

  it('takes the longest route, without its prefix, to that route’s provider', async () => {
    await send(`${probed.gateway.url}/other/v1/x?q=1`, { body: '' });
    await send(`${probed.gateway.url}/otherwise`, { body: '' });
    await probed.gateway.settle();
    expect(seen.map(({ url }) => url)).toEqual(['/deep/v1/x?q=1', '/otherwise']);
    expect(probed.outcomes.map(({ route }) => route!['name'])).toEqual(['other', 'default']);
  });

  it('is refused before the provider when the plugin says so', async () => {
    const answer = await send(`${probed.gateway.url}/echo`, { headers: { 'x-block': '1', 'x-run': '9' }, body: 'x' });
    await probed.gateway.settle();
    expect([answer.status, answer.body.toString(), answer.headers['x-clew-run']]).toEqual([451, '{"error":"refused"}', '9']);
    expect(seen).toHaveLength(0);
    expect(probed.outcomes[0]).toMatchObject({ run_id: 'run-9', status: 451, tries: [] });
  });

  it('streams chunk by chunk, trailers at the end, and is captured whole', async () => {
    const answer = await send(`${probed.gateway.url}/stream`, { body: '{}' });
    await probed.gateway.settle();
    expect(answer.body.toString()).toBe(Array.from({ length: 8 }, (_, at) => `data: ${at}\n\n`).join(''));
    expect(answer.chunkTimesMs).toHaveLength(8);
    expect(answer.chunkTimesMs.at(-1)! - answer.chunkTimesMs[0]!).toBeGreaterThan(300);
    expect(answer.trailers).toEqual({ 'x-sum': '8' });
    expect(probed.outcomes[0]!.body).toBe(answer.body.toString());
  });

  it('ends at the provider when the client goes away, and says so', async () => {
    const before = probed.gateway.stats().aborted;
    const answer = await send(`${probed.gateway.url}/stream`, { body: '{}', onChunk: (_, request) => request.destroy() });
    expect(answer.isComplete).toBe(false);
    await expect.poll(() => seen[0]?.aborted, { timeout: 3_000 }).toBe(true);
    await expect.poll(() => probed.outcomes[0]?.aborted, { timeout: 3_000 }).toBe(true);
    expect(probed.gateway.stats().aborted).toBe(before + 1);
  });

  it('looks broken to the client when the provider broke off', async () => {
    const answer = await send(`${probed.gateway.url}/break`, { body: '{}' });
    await probed.gateway.settle();
    expect([answer.isComplete, answer.body.toString()]).toEqual([false, 'half']);
    expect(probed.outcomes[0]).toMatchObject({ aborted: false, body: 'half', status: 200 });
  });

  it('carries 10 MB up, shown whole to the plugin, and more than the cap, shown in part', async () => {
    const ten = Buffer.alloc(10 * 1024 * 1024, 'abcdefgh');
    const whole = await send(`${probed.gateway.url}/echo`, { body: ten });
    expect(whole.body.equals(ten)).toBe(true);
    expect(seen[0]!.headers).toMatchObject({ 'x-seen-bytes': String(ten.length), 'x-body-length': String(ten.length) });
    const twenty = Buffer.alloc(20 * 1024 * 1024, 'ijklmnop');
    const larger = await send(`${probed.gateway.url}/echo`, { body: twenty });
    expect(larger.body.equals(twenty)).toBe(true);
    expect(Number(seen[1]!.headers['x-body-length'])).toBeLessThan(twenty.length);
    await probed.gateway.settle();
    expect(probed.gateway.stats().failedOpen).toEqual({ unreachable: 0, closed: 0, timeout: 0, remote: 0 });
  });

  it('carries 4 MB down, captured whole', async () => {
    const answer = await send(`${probed.gateway.url}/big`, { body: '{}' });
    await probed.gateway.settle();
    expect(answer.body.toString()).toBe(big);
    expect(probed.outcomes[0]).toMatchObject({ body_bytes: big.length, body_truncated: false });
    expect(probed.outcomes[0]!.body === big).toBe(true);
  });

  it('holds a fast provider back for a slow client, and captures no more than the cap', async () => {
    let floodedWhilePaused = 0;
    const answer = await send(`${probed.gateway.url}/flood`, {
      body: '{}',
      onChunk: (_, _request, response) => {
        if (floodedWhilePaused > 0) return;
        floodedWhilePaused = 1;
        response.pause();
        setTimeout(() => {
          floodedWhilePaused = flooded;
          response.resume();
        }, 500);
      },
    });
    await probed.gateway.settle();
    expect(floodedWhilePaused).toBeLessThan(FLOOD_BYTES / 2);
    expect(answer.body.length).toBe(FLOOD_BYTES);
    expect(probed.outcomes[0]).toMatchObject({ body_bytes: FLOOD_BYTES, body_truncated: true });
    expect(probed.outcomes[0]!.body!.length).toBe(4 * 1024 * 1024);
  });

  it('passes chunked bodies and methods without one', async () => {
    await send(`${probed.gateway.url}/echo`, { headers: { 'transfer-encoding': 'chunked' }, body: 'in chunks' });
    await send(`${probed.gateway.url}/echo`, { method: 'GET' });
    const head = await send(`${probed.gateway.url}/echo`, { method: 'HEAD' });
    expect(seen.map(({ method, body }) => [method, body.toString()])).toEqual([
      ['POST', 'in chunks'],
      ['GET', ''],
      ['HEAD', ''],
    ]);
    expect(seen[1]!.headers['transfer-encoding']).toBeUndefined();
    expect(head.status).toBe(201);
  });

  it('leaves a compressed answer as it is, for the client and for the plugin', async () => {
    const answer = await send(`${probed.gateway.url}/gzip`, { body: '{}' });
    await probed.gateway.settle();
    expect(answer.body.equals(zipped)).toBe(true);
    // Bytes that are no text arrive in the plugin as a Buffer, which JSON spells as an object.
    const { data } = probed.outcomes[0]!.body as unknown as { data: number[] };
    expect(Buffer.from(data).equals(zipped)).toBe(true);
  });

  it('is asked again when a kept connection turns out to be closed', async () => {
    await send(`${probed.gateway.url}/echo`, { body: 'x' });
    for (let at = 0; at < 3; at += 1) expect((await send(`${probed.gateway.url}/stale`, { body: 'again' })).body.toString()).toBe('again');
  });

  it('may end at any moment: the gateway goes on', async () => {
    const before = probed.gateway.stats().requests;
    const leave = async (at: number): Promise<void> => {
      const socket = net.connect(Number(new URL(probed.gateway.url).port), '127.0.0.1');
      socket.on('error', () => undefined).resume();
      const body = 'x'.repeat(5000);
      const text = `POST /${at % 2 === 0 ? 'stream' : 'flood'} HTTP/1.1\r\nHost: g\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      // Every tenth never sends all of its request.
      socket.write(text.slice(0, at % 10 === 0 ? text.length - 10 : text.length));
      await sleep((at * 7) % 90);
      if (at % 3 === 0) socket.resetAndDestroy();
      else socket.destroy();
    };
    await Promise.all(Array.from({ length: 120 }, (_, at) => leave(at)));
    await probed.gateway.settle();
    expect(probed.gateway.stats().requests).toBeGreaterThan(before + 60);
    expect((await send(`${probed.gateway.url}/echo`, { body: 'still here' })).body.toString()).toBe('still here');
  });
});
