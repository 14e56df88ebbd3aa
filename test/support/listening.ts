// Servers of tests, each on a port of its own that the machine picks.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { bearer, startPlane, type TestPlane } from './control-plane.ts';

export interface Listening {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** Ends connections that are still open too. */
  close(): Promise<void>;
}

/** @param what an app, or a server that does not listen yet */
export async function listening(what: RequestListener | Server): Promise<Listening> {
  const server = typeof what === 'function' ? createServer(what) : what;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A control plane in this process that browsers, commands and gateways can reach. */
export interface ListeningPlane extends Listening {
  readonly test: TestPlane;
  /** GET with the admin token. */
  get<T>(route: string): Promise<T>;
  /** A token of role ingest, as a gateway has it. */
  ingestToken(): Promise<string>;
}

export async function listeningPlane(options: Parameters<typeof startPlane>[0] = {}): Promise<ListeningPlane> {
  const test = await startPlane(options);
  const served = await listening(test.app);
  return {
    ...served,
    test,
    async get<T>(route: string) {
      const answer = await request(test.app).get(route).set(bearer());
      if (answer.status !== 200) throw new Error(`GET ${route}: ${answer.status}`);
      return answer.body as T;
    },
    async ingestToken() {
      const answer = await request(test.app).post('/v1/tokens').set(bearer()).send({ role: 'ingest', name: 'gateway' });
      return (answer.body as { token: string }).token;
    },
    async close() {
      await served.close();
      await test.close();
    },
  };
}
