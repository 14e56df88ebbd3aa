// A real Weaviate for tests. Its gRPC and cluster ports bind every interface, whatever it is told; so it runs in a network
// namespace of its own, and what it serves comes out through unix sockets, which namespaces do not separate:
//
//   client ──▶ 127.0.0.1:port (here) ──▶ unix socket ──▶ 127.0.0.1:8080 and :50051 (in the namespace)
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

const VERSION = '1.39.0';
const NAME = `weaviate-${VERSION}`;
const BINARY = 'weaviate-server';
const root = path.resolve(import.meta.dirname, '../..');
/** Shared by every clone of this user. */
const shared = path.join(homedir(), '.cache', 'clew', 'servers', NAME, BINARY);
const own = path.join(root, '.cache', 'servers', NAME, BINARY);

export interface RunningWeaviate {
  /** REST, on 127.0.0.1. */
  readonly url: string;
  /** gRPC, on 127.0.0.1. */
  readonly grpcUrl: string;
  stop(): Promise<void>;
}

/** Puts a file in place whole or not at all, so that two test runs can do it at once. */
function install(make: (folder: string) => string): string {
  mkdirSync(path.dirname(path.dirname(shared)), { recursive: true });
  const folder = mkdtempSync(path.join(path.dirname(path.dirname(shared)), `${NAME}.new-`));
  try {
    const made = make(folder);
    mkdirSync(path.dirname(shared), { recursive: true });
    renameSync(made, shared);
    return shared;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function build(folder: string): string {
  process.stderr.write(`Building ${NAME} from source, once (4 to 5 minutes on two cores): ${shared}\n`);
  const module = `github.com/weaviate/weaviate/cmd/${BINARY}@v${VERSION}`;
  const built = spawnSync('go', ['install', module], { env: { ...process.env, GOBIN: folder }, stdio: ['ignore', 2, 2] });
  if (built.status !== 0) {
    const why = built.error === undefined ? `exit ${built.status ?? built.signal}` : built.error.message;
    throw new Error(
      `"go install ${module}" failed (${why}). The vector tests need a real Weaviate: install Go, or put its binary at ${shared}.`,
    );
  }
  return path.join(folder, BINARY);
}

/** Path of the server's binary; builds it when it is not there yet. */
export function provideWeaviate(): string {
  if (existsSync(shared)) return shared;
  return install((folder) => {
    if (!existsSync(own)) return build(folder);
    copyFileSync(own, path.join(folder, BINARY));
    return path.join(folder, BINARY);
  });
}

/** The way into a network namespace that this machine allows: as root, or as root of a user namespace. */
function namespaceFlags(): string {
  const found = ['-n', '-rn'].find((flags) => spawnSync('unshare', [flags, 'true']).status === 0);
  if (found === undefined) {
    throw new Error(
      'A network namespace cannot be made ("unshare -n" and "unshare -rn" failed), and Weaviate would listen on every interface without one. ' +
        'Run the tests as root, or allow user namespaces: sysctl kernel.unprivileged_userns_clone=1.',
    );
  }
  return found;
}

function forward(socket: string): Promise<Server> {
  const server = createServer((client) => {
    const inner = createConnection(socket);
    client.pipe(inner).pipe(client);
    for (const [one, other] of [
      [client, inner],
      [inner, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready\n')) resolve();
    });
    child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`Weaviate ended with ${code} before it was ready:\n${said}`)));
  });
}

/** Starts an empty server and waits until it answers (6 to 10 s). Rejects with what is missing; never passes silently. */
export async function startWeaviate(): Promise<RunningWeaviate> {
  const binary = provideWeaviate();
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-weaviate-'));
  const inside = path.join(import.meta.dirname, 'weaviate-inside.ts');
  const child = spawn('unshare', [namespaceFlags(), process.execPath, '--disable-warning=ExperimentalWarning', inside, binary, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const servers: Server[] = [];
  const stop = async (): Promise<void> => {
    for (const server of servers) server.close();
    // The process inside ends, and takes the server along, when its stdin does; also when this process is killed.
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(child);
    for (const name of ['http', 'grpc']) servers.push(await forward(path.join(folder, `${name}.sock`)));
  } catch (error) {
    await stop();
    throw error;
  }
  const [http, grpc] = servers.map(portOf);
  return { url: `http://127.0.0.1:${http}`, grpcUrl: `http://127.0.0.1:${grpc}`, stop };
}
