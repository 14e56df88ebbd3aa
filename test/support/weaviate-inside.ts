// Runs in the network namespace that weaviate.ts made: brings loopback up, runs the server there, and passes connections
// from unix sockets on to it. Ends, with the server, when stdin ends.
// usage: node weaviate-inside.ts BINARY FOLDER
import { execFileSync, spawn } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [binary = '', folder = ''] = process.argv.slice(2);
const HTTP_PORT = 8080;
const GRPC_PORT = 50051;
const READY_WITHIN_MS = 120_000;

execFileSync('ip', ['link', 'set', 'lo', 'up']);

const server = spawn(binary, ['--host', '127.0.0.1', '--port', String(HTTP_PORT), '--scheme', 'http'], {
  env: {
    PATH: process.env['PATH'],
    HOME: folder,
    PERSISTENCE_DATA_PATH: path.join(folder, 'data'),
    CLUSTER_HOSTNAME: 'node1',
    CLUSTER_ADVERTISE_ADDR: '127.0.0.1',
    CLUSTER_BIND_ADDR: '127.0.0.1',
    CLUSTER_GOSSIP_BIND_PORT: '7946',
    CLUSTER_DATA_BIND_PORT: '7947',
    RAFT_PORT: '8300',
    RAFT_INTERNAL_RPC_PORT: '8301',
    RAFT_BOOTSTRAP_EXPECT: '1',
    GRPC_PORT: String(GRPC_PORT),
    AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true',
    DEFAULT_VECTORIZER_MODULE: 'none',
    ENABLE_MODULES: '',
    ENABLE_API_BASED_MODULES: 'false',
    DISABLE_TELEMETRY: 'true',
    GO_PROFILING_DISABLE: 'true',
    // A disk that is nearly full is no reason to refuse a few test vectors.
    DISK_USE_READONLY_PERCENTAGE: '100',
    LOG_LEVEL: 'warning',
  },
  stdio: ['ignore', 'inherit', 'inherit'],
});
server.on('exit', (code) => process.exit(code ?? 1));
server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

const stop = (): void => {
  server.kill('SIGKILL');
};
process.stdin.resume().on('end', stop).on('error', stop);
process.on('SIGTERM', stop);

const answers = async (): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${HTTP_PORT}/v1/.well-known/ready`)).ok;
  } catch {
    return false;
  }
};
const deadline = Date.now() + READY_WITHIN_MS;
while (!(await answers())) {
  if (Date.now() > deadline) {
    process.stderr.write(`Not ready after ${READY_WITHIN_MS / 1_000} s.\n`);
    stop();
  }
  await sleep(100);
}

for (const [name, port] of [
  ['http', HTTP_PORT],
  ['grpc', GRPC_PORT],
] as const) {
  await new Promise<void>((resolve) => {
    createServer((outer) => {
      const inner = createConnection(port, '127.0.0.1');
      outer.pipe(inner).pipe(outer);
      outer.on('error', () => inner.destroy()).on('close', () => inner.destroy());
      inner.on('error', () => outer.destroy()).on('close', () => outer.destroy());
    }).listen(path.join(folder, `${name}.sock`), resolve);
  });
}
process.stdout.write('ready\n');
