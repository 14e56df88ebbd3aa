// A real LiteLLM proxy for tests, from PyPI, in a virtual environment that every clone of this user shares.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const VERSION = '1.106.2';
/** Complete, so that a newer release of a part cannot change what is tested. */
const CONSTRAINTS = path.join(import.meta.dirname, 'litellm-constraints.txt');
const NAME = `litellm-${VERSION}`;
const shared = path.join(homedir(), '.cache', 'clew', 'servers', NAME);
const READY_MS = 120_000;

export const MASTER_KEY = 'sk-test-master-0123456789';

export interface RunningLiteLlm {
  /** On 127.0.0.1. */
  readonly url: string;
  /** What it wrote so far. */
  output(): string;
  stop(): Promise<void>;
}

const executable = (folder: string): string => path.join(folder, 'bin', 'python');

function run(command: string, args: readonly string[], remedy: string): void {
  const done = spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' } });
  if (done.status === 0) return;
  const why = done.error === undefined ? `exit ${done.status ?? done.signal}` : done.error.message;
  throw new Error(`"${command} ${args.join(' ')}" failed (${why}). The tests of LiteLLM need a real proxy: ${remedy}`);
}

/** Folder of the virtual environment; makes it when it is not there yet (about a minute, 750 MB). */
export function provideLiteLlm(): string {
  if (existsSync(executable(shared))) return shared;
  process.stderr.write(`Installing ${NAME} from PyPI, once (about a minute, 750 MB): ${shared}\n`);
  mkdirSync(path.dirname(shared), { recursive: true });
  // Moved into place whole, so that two test runs can do it at once; only `python -m` is used, so the old path in scripts
  // does not matter.
  const fresh = mkdtempSync(path.join(path.dirname(shared), `${NAME}.new-`));
  try {
    run('python3', ['-m', 'venv', fresh], 'install Python 3.10 or newer with venv (Debian: python3-venv).');
    const install = ['-m', 'pip', 'install', '--quiet', '-c', CONSTRAINTS, `litellm[proxy]==${VERSION}`];
    run(executable(fresh), install, 'allow pip to reach a package index.');
    if (!existsSync(executable(shared))) renameSync(fresh, shared);
    return shared;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Starts a proxy with a configuration (YAML text) and waits until it is ready (6 to 20 s). */
export async function startLiteLlm(config: string, env: Readonly<Record<string, string>>): Promise<RunningLiteLlm> {
  const environment = provideLiteLlm();
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-litellm-'));
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, config);
  const port = await freePort();
  const program = 'import sys; from litellm import run_server; sys.exit(run_server())';
  const child = spawn(executable(environment), ['-c', program, '--config', file, '--host', '127.0.0.1', '--port', String(port)], {
    cwd: folder,
    env: {
      PATH: `${path.join(environment, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_TELEMETRY: 'False',
      LITELLM_MASTER_KEY: MASTER_KEY,
      DEFAULT_FLUSH_INTERVAL_SECONDS: '1',
      NO_PROXY: '127.0.0.1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (written = (written + text).slice(-200_000)));
  }
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + READY_MS;
  while (!(await isReady(url))) {
    if (child.exitCode === null && performance.now() < deadline) {
      await sleep(200);
      continue;
    }
    await stop();
    throw new Error(`LiteLLM did not become ready:\n${written.slice(-4_000)}`);
  }
  return { url, output: () => written, stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/readiness`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(hard);
}
