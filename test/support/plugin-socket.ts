// Kong's side of the plugin protocol, small enough to count every frame: for tests of the plugin server itself.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { decodeMultiStream, encode } from '@msgpack/msgpack';

export const root = path.join(import.meta.dirname, '..', '..');

export interface RunningServer {
  readonly child: ChildProcess;
  readonly socketPath: string;
  /** All that it wrote to stderr so far. */
  readonly said: () => string;
  stop(): Promise<void>;
}

/** Starts a launcher and waits until its socket accepts. */
export async function startServer(launcher: string, pluginsDirectory: string, flags: readonly string[] = []): Promise<RunningServer> {
  const prefix = fs.mkdtempSync(path.join(root, '.cache', 's'));
  const child = spawn(process.execPath, [launcher, '-p', prefix, '--sock-name', 's', '-d', pluginsDirectory, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const socketPath = path.join(prefix, 's');
  for (let tries = 0; !(await connects(socketPath)); tries += 1) {
    if (tries > 400 || child.exitCode !== null) throw new Error(`the plugin server did not start: ${said}`);
    await sleep(25);
  }
  return {
    child,
    socketPath,
    said: () => said,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      fs.rmSync(prefix, { recursive: true, force: true });
    },
  };
}

function connects(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

interface EventReply {
  readonly EventId: number;
  readonly Data: 'ret' | { readonly Method: string; readonly Args: readonly unknown[] };
}

/** One connection that may have several calls under way; answers are matched by their id. */
export class Connection {
  readonly socket: net.Socket;
  #next = 1;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  constructor(socketPath: string) {
    this.socket = net.connect(socketPath);
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('connection closed'));
    });
    // A destroyed socket ends the reading with an error; `close` has told everyone who waits.
    this.#read().catch(() => undefined);
  }

  async #read(): Promise<void> {
    for await (const message of decodeMultiStream(this.socket)) {
      const [, id, error, result] = message as [number, number, string | null, unknown];
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === null) waiting?.resolve(result);
      else waiting?.reject(new Error(error));
    }
  }

  /** The bytes of a call and its answer, for tests that send the bytes themselves. */
  prepare(method: string, ...args: unknown[]): { bytes: Uint8Array; answer: Promise<unknown> } {
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    return { bytes: encode([0, id, `plugin.${method}`, args]), answer };
  }

  async call(method: string, ...args: unknown[]): Promise<unknown> {
    const { bytes, answer } = this.prepare(method, ...args);
    this.socket.write(bytes);
    return answer;
  }

  async startInstance(config: Readonly<Record<string, unknown>>, name = 'clew'): Promise<number> {
    const started = (await this.call('StartInstance', { Name: name, Config: JSON.stringify(config) })) as { Id: number };
    return started.Id;
  }

  /** Runs one phase as Kong does; calls other than on the shared table are answered by `others`. Returns round trips. */
  async phase(
    instance: number,
    phase: string,
    shared: Map<string, unknown>,
    others: (method: string, args: readonly unknown[]) => unknown = () => undefined,
  ): Promise<number> {
    let trips = 1;
    let reply = (await this.call('HandleEvent', { InstanceId: instance, EventName: phase })) as EventReply;
    while (reply.Data !== 'ret') {
      const { Method, Args } = reply.Data;
      const data = Method.startsWith('kong.ctx.shared.') ? useShared(shared, Method, Args) : others(Method, Args);
      // A Lua nil leaves the key out.
      reply = (await this.call('Step', { EventId: reply.EventId, ...(data === undefined ? {} : { Data: data }) })) as EventReply;
      trips += 1;
    }
    return trips;
  }

  close(): void {
    this.socket.destroy();
  }
}

function useShared(shared: Map<string, unknown>, method: string, args: readonly unknown[]): unknown {
  const [key, value] = args;
  if (method.endsWith('.get')) return shared.get(String(key));
  shared.set(String(key), value);
  return undefined;
}

export interface FakeControlPlane {
  readonly url: string;
  readonly samples: Record<string, unknown>[];
  readonly requests: { method: string; path: string; headers: http.IncomingHttpHeaders }[];
  /** Answer to POST /v1/samples; 202 with everything accepted where it returns undefined. */
  onSamples: (lines: Record<string, unknown>[]) => { status: number; headers?: Record<string, string>; body?: unknown } | undefined;
  policy: unknown;
  etag: string;
  /** Answer to GET /v1/manifests; 404 where there is none. */
  manifests: unknown;
  manifestsEtag: string;
  /** What gateways announced, and stated of their runs. */
  readonly keys: Record<string, unknown>[];
  readonly epochs: Record<string, unknown>[];
  identityStatus: number;
  close(): Promise<void>;
}

export async function fakeControlPlane(): Promise<FakeControlPlane> {
  const plane: Omit<FakeControlPlane, 'url' | 'close'> = {
    samples: [],
    requests: [],
    onSamples: () => undefined,
    policy: { version: 1 },
    etag: '"one"',
    manifests: undefined,
    manifestsEtag: '"m1"',
    keys: [],
    epochs: [],
    identityStatus: 201,
  };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      plane.requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
      if (request.url === '/v1/policies') {
        if (plane.policy === undefined) {
          response.writeHead(503).end();
          return;
        }
        const isKnown = request.headers['if-none-match'] === plane.etag;
        response.writeHead(isKnown ? 304 : 200, { etag: plane.etag, 'content-type': 'application/json' });
        response.end(isKnown ? undefined : JSON.stringify(plane.policy));
        return;
      }
      if (request.url === '/v1/manifests') {
        const isKnown = plane.manifests === undefined || request.headers['if-none-match'] === plane.manifestsEtag;
        response.writeHead(plane.manifests === undefined ? 404 : isKnown ? 304 : 200, { etag: plane.manifestsEtag });
        response.end(isKnown ? undefined : JSON.stringify(plane.manifests));
        return;
      }
      if (request.url === '/v1/gateway-keys' || request.url === '/v1/gateway-epochs') {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        (request.url === '/v1/gateway-keys' ? plane.keys : plane.epochs).push(body);
        response.writeHead(plane.identityStatus, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ revokedAt: null, counts: true }));
        return;
      }
      const lines = zlib
        .gunzipSync(Buffer.concat(chunks))
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        // A gateway that only tells how it does posts an empty list.
        .flatMap((line): Record<string, unknown>[] => [JSON.parse(line) as Record<string, unknown>].flat());
      const answer = plane.onSamples(lines) ?? { status: 202, body: { accepted: lines.length, rejected: [] } };
      if (answer.status === 202) plane.samples.push(...lines);
      response.writeHead(answer.status, answer.headers);
      response.end(JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(plane, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Waits until the check holds; fails after the time with what was missing. */
export async function eventually(check: () => boolean, what: string, limitMs = 8000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!check()) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(20);
  }
}
