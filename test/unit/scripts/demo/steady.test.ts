import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { steadyFetch } from '../../../../scripts/demo/steady.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Breaks the first `broken` connections off once their request has arrived; tells how many requests came, and on how many connections. */
async function serve(broken: number): Promise<{ readonly url: string; readonly seen: { requests: number; connections: number } }> {
  const seen = { requests: 0, connections: 0 };
  const made = createServer((request, response) => {
    seen.requests += 1;
    if (seen.requests <= broken) request.socket.destroy();
    else response.end(request.headers.connection);
  });
  server = made;
  made.on('connection', () => (seen.connections += 1));
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}/`, seen };
}

describe('a request between parts of the demo', () => {
  it('is made on a connection of its own: none that the other side closes just now', async () => {
    const { url, seen } = await serve(0);
    for (let at = 0; at < 3; at += 1) {
      const response = await steadyFetch(url, { method: 'POST', body: 'x' }, { isRepeatable: false });
      expect(await response.text()).toBe('close');
    }
    expect(seen).toEqual({ requests: 3, connections: 3 });
  });

  it('is made again where its connection broke and that does no harm', async () => {
    const { url, seen } = await serve(2);
    expect((await steadyFetch(url, {}, { isRepeatable: true })).status).toBe(200);
    expect(seen.requests).toBe(3);
  });

  it('is not made twice where it counts', async () => {
    const { url, seen } = await serve(1);
    await expect(steadyFetch(url, { method: 'POST' }, { isRepeatable: false })).rejects.toThrow('fetch failed');
    expect(seen.requests).toBe(1);
  });

  it('waits for a server that is not there yet', async () => {
    const { url } = await serve(0);
    const { port } = new URL(url);
    await new Promise((resolve) => server?.close(resolve));
    const asked = steadyFetch(url, { method: 'POST' }, { isRepeatable: false });
    setTimeout(() => server?.listen(Number(port), '127.0.0.1'), 300);
    expect((await asked).status).toBe(200);
  });
});
