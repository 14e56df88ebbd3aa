// The control plane as a process of its own, as npm start runs it.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError } from './options.ts';
import { steadyFetch } from './steady.ts';

export interface ControlPlane {
  readonly url: string;
  /** GET with the admin token. Rejects on any other status than 200. */
  text(route: string): Promise<string>;
  /** POST with the admin token. Rejects on any other status than 202. */
  post(route: string, body: object): Promise<void>;
  /** Resolves when it ended, whyever. */
  readonly ended: Promise<void>;
  /** What it said last. */
  lastWords(): string;
  /** Lets it finish what it accepted; resolves when it is gone. */
  stop(): Promise<void>;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const KEPT_OUTPUT = 4000;

/** Resolves once it is ready. Throws DemoError with its own words when it does not start. */
export async function startControlPlane(options: {
  readonly port: number;
  readonly store: string;
  readonly token: string;
}): Promise<ControlPlane> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'control-plane/src/main.ts'], {
    cwd: ROOT,
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches a whole terminal group at once; the gateway must be able to deliver before this process ends.
    detached: true,
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let greeting = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (greeting = (greeting + text).slice(-KEPT_OUTPUT)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-KEPT_OUTPUT)));
  child.once('error', (error) => (errors += error.message));
  const stop = async (): Promise<void> => {
    await end(child, ended);
    process.removeListener('exit', kill);
  };
  try {
    const url = await readyUrl(
      child,
      () => greeting,
      () => errors,
    );
    return {
      url,
      ended,
      lastWords: () => errors.trim() || greeting.trim(),
      stop,
      text: async (route) => {
        const init = { headers: { authorization: `Bearer ${options.token}` } };
        const response = await steadyFetch(`${url}${route}`, init, { isRepeatable: true });
        if (!response.ok) throw new Error(`GET ${route}: HTTP ${response.status}`);
        return response.text();
      },
      post: async (route, body) => {
        const headers = { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' };
        const init = { method: 'POST', headers, body: JSON.stringify(body) };
        const response = await steadyFetch(`${url}${route}`, init, { isRepeatable: false });
        if (response.status !== 202) throw new Error(`POST ${route}: HTTP ${response.status}`);
        await response.arrayBuffer();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environment({ port, store, token }: { readonly port: number; readonly store: string; readonly token: string }): NodeJS.ProcessEnv {
  // Made-up conversations have no business in anybody's real store.
  const real = /^(WEAVIATE_.+|DATABASE_URL|KAFKA_BROKERS|CLEW_(HOST|TENANT|ENVIRONMENT|HASH_KEYS?|OIDC_.+|TRUSTED_PROXIES|CORS_ORIGINS))$/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !real.test(name))),
    CLEW_PORT: String(port),
    CLEW_DATA: store,
    CLEW_ADMIN_TOKEN: token,
    CLEW_POLICY: process.env['CLEW_POLICY'] ?? policyOf(path.join(path.dirname(store), 'policy')),
    CLEW_LOG_LEVEL: process.env['CLEW_LOG_LEVEL'] ?? 'warn',
  };
}

/** The usual policy, but for topics that two people share (so few people as here rarely ask the same), with what two applications have approved. */
function policyOf(folder: string): string {
  const usual = path.join(ROOT, 'policies');
  const file = path.join(folder, 'policy.yaml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, readFileSync(path.join(usual, 'default.yaml'), 'utf8').replace(/minUsers: \d+/, 'minUsers: 2'));
  cpSync(path.join(import.meta.dirname, 'manifests'), path.join(folder, 'manifests'), { recursive: true });
  return file;
}

async function readyUrl(child: ChildProcess, greeting: () => string, errors: () => string): Promise<string> {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      throw new DemoError('The control plane did not start', errors().trim() || 'Run: npm run -s clew -- doctor');
    const url = /listens on (http:\/\/\S+)/.exec(greeting())?.[1];
    if (url !== undefined && (await isReady(url))) return url;
    await sleep(50);
  }
  throw new DemoError(`The control plane was not ready within ${START_LIMIT_MS / 1000} s`, 'Run: npm run -s clew -- doctor');
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
