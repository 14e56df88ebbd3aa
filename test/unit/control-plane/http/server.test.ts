// Slow clients, as raw sockets see the server.
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpServer, type ServerTimes } from '../../../../control-plane/src/http/index.ts';

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(times: Partial<ServerTimes>): Promise<number> {
  const app = express();
  app.post('/', (request, response) => {
    request.resume().on('end', () => response.send('done'));
  });
  app.get('/silent', () => undefined);
  const server = createHttpServer(app, { checkMs: 20, ...times });
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends the pieces one after another and answers what came until the server closed. */
function talk(port: number, pieces: readonly string[], everyMs: number): Promise<{ said: string; ms: number }> {
  return new Promise((resolve) => {
    const started = performance.now();
    let said = '';
    const socket = connect(port, '127.0.0.1');
    const left = [...pieces];
    const timer = setInterval(() => {
      const piece = left.shift();
      if (piece !== undefined && socket.writable) socket.write(piece);
    }, everyMs);
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ said, ms: performance.now() - started });
    });
  });
}

const HEAD = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';

describe('a slow client', () => {
  it('that never ends its headers is sent away', async () => {
    const port = await listen({ headersMs: 150, requestMs: 10_000 });
    const drops = Array.from({ length: 200 }, (_, index) => `X-${index}: a\r\n`);
    const { said, ms } = await talk(port, [HEAD, ...drops], 20);
    expect(said).toContain('408');
    expect(ms).toBeLessThan(3_000);
  });

  it('that never ends its body is sent away', async () => {
    const port = await listen({ headersMs: 100, requestMs: 200 });
    const { said, ms } = await talk(port, [`${HEAD}\r\n`, ...Array.from({ length: 200 }, () => 'x')], 20);
    expect(said).toContain('408');
    expect(ms).toBeLessThan(3_000);
  });

  it('that waits in silence does not hold a place for good', async () => {
    const port = await listen({ idleMs: 200 });
    const { said, ms } = await talk(port, ['GET /silent HTTP/1.1\r\nHost: localhost\r\n\r\n'], 5);
    expect(said).toBe('');
    expect(ms).toBeLessThan(3_000);
  });

  it('that is quick enough is served', async () => {
    const port = await listen({ headersMs: 1_000, requestMs: 2_000 });
    const { said } = await talk(port, [`${HEAD.replace('1000', '2')}Connection: close\r\n\r\n`, 'o', 'k'], 10);
    expect(said).toContain('200 OK');
    expect(said).toContain('done');
  });
});

describe('a head beyond all measure', () => {
  it('is refused at 16 KiB', async () => {
    const port = await listen({});
    const { said } = await talk(port, [`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`], 1);
    expect(said).toContain('431');
  });
});
