// The whole product for a test: the control plane as a process of its own, the real plugin behind the trial gateway, and
// the scripted provider. Everything lives in a temporary folder and on free ports of 127.0.0.1.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTrialGateway, type TrialGateway, type TrialGatewayOptions } from '../../plugin/trial-gateway/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TOKEN = 'test-admin-token-0123456789';

export interface ControlPlane {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly pid: number;
  /** Everything that it wrote to stdout and stderr. */
  output(): string;
  /** GET with the admin token; throws on another status than 200. */
  get<T>(route: string): Promise<T>;
  post(route: string, body: string | Uint8Array, headers?: Record<string, string>): Promise<{ status: number; json: unknown }>;
  /** Ends it by the signal, and resolves when it is gone. The folder stays. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `main.ts` and resolves when it is ready. */
export async function startControlPlane(
  options: { readonly folder?: string; readonly env?: Record<string, string> } = {},
): Promise<ControlPlane> {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'clew-stack-'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    CLEW_PORT: '0',
    CLEW_DATA: folder,
    CLEW_ADMIN_TOKEN: TOKEN,
    ...options.env,
  };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'control-plane/src/main.ts'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (written += text));
  const url = await until(() => {
    if (child.exitCode !== null) throw new Error(`The control plane ended:\n${written}`);
    return Promise.resolve(/listens on (http:\/\/\S+)/.exec(written)?.[1]);
  }, 'the control plane to listen');
  const token = options.env?.['CLEW_ADMIN_TOKEN'] ?? TOKEN;
  const headers = { authorization: `Bearer ${token}` };
  await until(async () => (await fetch(`${url}/readyz`)).ok || undefined, 'the control plane to be ready');
  return {
    url,
    token,
    folder,
    pid: child.pid ?? 0,
    output: () => written,
    async get<T>(route: string): Promise<T> {
      const response = await fetch(`${url}${route}`, { headers });
      if (!response.ok) throw new Error(`GET ${route}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    async post(route, body, extra = {}) {
      const response = await fetch(`${url}${route}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', ...extra },
        body: typeof body === 'string' ? body : Buffer.from(body),
      });
      const text = await response.text();
      return { status: response.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
    stop: (signal = 'SIGTERM') => end(child, signal),
  };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

export interface Stack {
  readonly control: ControlPlane;
  readonly gateway: TrialGateway;
  close(): Promise<void>;
}

/** Gateway and control plane together; the plugin ships every 50 ms. */
export async function startStack(
  options: { readonly env?: Record<string, string>; readonly gateway?: Partial<TrialGatewayOptions> } = {},
): Promise<Stack> {
  const control = await startControlPlane(options.env ? { env: options.env } : {});
  const gateway = await startTrialGateway({
    port: 0,
    controlPlaneUrl: control.url,
    token: control.token,
    log: () => undefined,
    ...options.gateway,
    pluginConfig: { flush_ms: 50, ...options.gateway?.pluginConfig },
  });
  return {
    control,
    gateway,
    async close() {
      await gateway.close();
      await control.stop();
      rmSync(control.folder, { recursive: true, force: true });
    },
  };
}

/** Asks until there is an answer; throws after the time with what was waited for. */
export async function until<T>(ask: () => Promise<T | undefined>, what: string, timeoutMs = 30_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('The control plane ended')) throw error;
      last = error;
    }
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms for ${what}`, { cause: last });
    await sleep(50);
  }
}
