import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayLog } from './log.ts';
import type { FieldList } from './plugin-config.ts';

/** What the plugin server says of a plugin when asked on its command line. */
export interface PluginInfo {
  readonly name: string;
  readonly version: string;
  readonly priority: number;
  readonly phases: readonly string[];
  readonly fields: FieldList;
}

/** How to start the plugin server: a program that takes the flags of kong-js-pluginserver. */
export interface Launcher {
  /** A JavaScript file, run by this Node. */
  readonly script: string;
  /** Absolute; holds one bundled file and nothing else. */
  readonly pluginsDirectory: string;
  readonly env?: Readonly<Record<string, string>>;
}

const FIRST_RESPAWN_MS = 50;
const LAST_RESPAWN_MS = 5_000;
/** A server that lived this long was sound: the next respawn is quick again. */
const SOUND_AFTER_MS = 10_000;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const SOCKET_NAME = 'plugin.sock';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function toPluginInfo(value: unknown): PluginInfo {
  if (!isRecord(value) || typeof value['Name'] !== 'string' || !Array.isArray(value['Phases']) || !isRecord(value['Schema']))
    throw new Error('The plugin server described a plugin without Name, Phases or Schema');
  const schemaFields = (value['Schema']['fields'] ?? []) as readonly Record<string, { fields?: FieldList }>[];
  const config = schemaFields.find((field) => field['config'] !== undefined)?.['config'];
  return {
    name: value['Name'],
    version: typeof value['Version'] === 'string' ? value['Version'] : '',
    priority: typeof value['Priority'] === 'number' ? value['Priority'] : 0,
    phases: value['Phases'].filter((phase) => typeof phase === 'string'),
    fields: config?.fields ?? [],
  };
}

/** Runs the launcher's query command and reads the plugins that it offers. Kong loads only the first. */
export async function queryPlugins(launcher: Launcher): Promise<PluginInfo[]> {
  const child = spawn(process.execPath, [launcher.script, '--plugins-directory', launcher.pluginsDirectory, '--dump-all-plugins'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...launcher.env },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const lines = Buffer.concat(chunks).toString().split('\n');
  const line = lines.find((candidate) => candidate.trimStart().startsWith('[{'));
  if (code !== 0 || line === undefined)
    throw new Error(
      `${path.basename(launcher.script)} --dump-all-plugins named no plugin (exit ${code ?? 'by signal'}). Run npm run build.`,
    );
  return (JSON.parse(line) as unknown[]).map(toPluginInfo);
}

function connects(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Keeps one plugin server running: starts it, starts it again when it ends, stops it with the gateway. */
export class PluginServer {
  readonly socketPath: string;
  readonly #directory: string;
  readonly #launcher: Launcher;
  readonly #log: GatewayLog;
  #child: ChildProcess | undefined;
  #respawnTimer: NodeJS.Timeout | undefined;
  #respawnMs = FIRST_RESPAWN_MS;
  #starts = 0;
  #isStopping = false;
  readonly #killChild = (): void => {
    this.#child?.kill('SIGKILL');
  };

  constructor(launcher: Launcher, log: GatewayLog) {
    this.#launcher = launcher;
    this.#log = log;
    // Short: the path of a unix socket may have no more than about 100 characters.
    this.#directory = mkdtempSync(path.join(os.tmpdir(), 'clew-'));
    this.socketPath = path.join(this.#directory, SOCKET_NAME);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often the server ended by itself and was started again. */
  get restarts(): number {
    return Math.max(0, this.#starts - 1);
  }

  /** Resolves once the server takes connections. */
  async start(): Promise<void> {
    process.once('exit', this.#killChild);
    this.#spawn();
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await connects(this.socketPath))) {
      if (performance.now() > deadline) {
        await this.stop();
        throw new Error(`The plugin server did not listen within ${START_TIMEOUT_MS} ms. Its own messages are above.`);
      }
      await sleep(20);
    }
  }

  /** Lets the plugin ship what it holds, then ends it. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#respawnTimer);
    process.removeListener('exit', this.#killChild);
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #spawn(): void {
    const startedMs = performance.now();
    this.#starts += 1;
    const flags = ['--plugins-directory', this.#launcher.pluginsDirectory, '--kong-prefix', this.#directory, '--sock-name', SOCKET_NAME];
    const child = spawn(process.execPath, [this.#launcher.script, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#launcher.env },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.#log('plugin_server_line', { line: line.slice(0, 500) }));
    child.once('error', (error) => this.#log('plugin_server_not_started', { error: error.message }));
    child.once('exit', (code, signal) => {
      if (this.#isStopping) return;
      if (performance.now() - startedMs > SOUND_AFTER_MS) this.#respawnMs = FIRST_RESPAWN_MS;
      this.#log('plugin_server_ended', { code: code ?? -1, signal: signal ?? '', respawnInMs: this.#respawnMs });
      this.#respawnTimer = setTimeout(() => this.#spawn(), this.#respawnMs);
      this.#respawnMs = Math.min(this.#respawnMs * 2, LAST_RESPAWN_MS);
    });
  }
}
