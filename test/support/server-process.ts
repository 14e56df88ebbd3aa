// Servers of other people as processes of a test: installed once for all clones of this user, started on free ports of 127.0.0.1,
// in a folder that goes with them.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SERVERS = path.join(homedir(), '.cache', 'clew', 'servers');

/** Folder of an installed server; `fill` puts its files there where it is missing. Whole or not at all, so that two runs can do it at once. */
export function installed(name: string, fill: (folder: string) => void): string {
  const place = path.join(SERVERS, name);
  if (existsSync(place)) return place;
  mkdirSync(SERVERS, { recursive: true });
  const fresh = mkdtempSync(path.join(SERVERS, `${name}.new-`));
  try {
    fill(fresh);
    if (!existsSync(place)) renameSync(fresh, place);
    return place;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Runs an installation step; throws with what was asked and what to do. */
export function step(command: string, args: readonly string[], remedy: string, options: { readonly cwd?: string } = {}): string {
  const done = spawnSync(command, args, { ...options, stdio: ['ignore', 'pipe', 2], encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (done.status === 0) return done.stdout;
  const why = done.error === undefined ? `exit ${done.status ?? done.signal}` : done.error.message;
  throw new Error(`"${command} ${args.join(' ')}" failed (${why}). ${remedy}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export interface RunningServer {
  readonly folder: string;
  /** What it wrote last. */
  output(): string;
  stop(): Promise<void>;
}

export interface ServerStart {
  readonly name: string;
  readonly command: string;
  /** Gets the folder that the server may write to. */
  readonly args: (folder: string) => readonly string[];
  /** The whole of it, where it is not that of this process. */
  readonly env?: (folder: string) => NodeJS.ProcessEnv;
  /** Answers 2xx once it is ready. */
  readonly readyUrl: string;
  readonly readyMs?: number;
}

const READY_MS = 60_000;

export async function startServer({ name, command, args, env, readyUrl, readyMs = READY_MS }: ServerStart): Promise<RunningServer> {
  const folder = mkdtempSync(path.join(tmpdir(), `clew-${name}-`));
  const child = spawn(command, args(folder), { cwd: folder, env: env?.(folder) ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (written = (written + text).slice(-200_000)));
  const failed = new Promise<void>((resolve) => child.once('error', () => resolve()));
  const stop = async (): Promise<void> => {
    await Promise.race([end(child), failed]);
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + readyMs;
  while (!(await answers(readyUrl))) {
    if (child.exitCode === null && child.pid !== undefined && performance.now() < deadline) {
      await sleep(50);
      continue;
    }
    await stop();
    throw new Error(`${name} did not become ready:\n${written.slice(-4_000)}`);
  }
  return { folder, output: () => written, stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
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
