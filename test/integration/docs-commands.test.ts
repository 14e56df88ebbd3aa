// The shell commands of README and docs/, run in order as they stand there. What differs on a test's machine is put in its
// place: ports, the token that npm start printed, and where the repository is.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/stack.ts';
import { PAGES, ROOT, shellBlocksOf, type Block } from '../unit/docs/blocks.ts';

const LIMIT_MS = 120_000;

class Reader {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'clew-docs-'));
  readonly #background: ChildProcess[] = [];
  readonly #ports: Readonly<Record<string, number>>;
  #token = '';

  constructor(ports: Readonly<Record<string, number>>) {
    this.#ports = ports;
  }

  #onThisMachine(text: string): string {
    let own = text.replaceAll('PASTE_THE_TOKEN', this.#token).replaceAll('CLEW_GATEWAY_PORT=8789', 'CLEW_GATEWAY_PORT=0');
    for (const [written, port] of Object.entries(this.#ports)) own = own.replaceAll(`127.0.0.1:${written}`, `127.0.0.1:${port}`);
    return own;
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      CLEW_DATA: path.join(this.folder, 'data'),
      CLEW_PORT: String(this.#ports['8787']),
      CLEW_GATEWAY_PORT: String(this.#ports['8788']),
      OPENAI_BASE_URL: `http://127.0.0.1:${this.#ports['8788']}/v1`,
    };
  }

  /** Runs to its end; returns what it wrote to stdout. */
  run(text: string, cwd = ROOT): string {
    const script = `set -e -o pipefail\n${this.#onThisMachine(text)}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd,
      env: this.#environment(),
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    expect(status, `${text}\n${stdout}\n${stderr}`).toBe(0);
    return stdout;
  }

  /** Starts it, and waits until it has said `words`. */
  async start(text: string, words: string, cwd = ROOT): Promise<string> {
    const child = spawn('bash', ['-c', this.#onThisMachine(text)], {
      cwd,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#background.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    await until(
      () => {
        if (child.exitCode !== null) return Promise.resolve('ended');
        return Promise.resolve(said.includes(words) ? 'said' : undefined);
      },
      `${text} to say ${words}`,
      LIMIT_MS,
    );
    expect(said, text).toContain(words);
    this.#token = /Admin token[^:]*: (\S+)/.exec(said)?.[1] ?? this.#token;
    return said;
  }

  /** As Ctrl-C does: the whole group hears it. */
  async interrupt(): Promise<void> {
    for (const child of this.#background.splice(0).toReversed()) {
      if (child.exitCode !== null || child.pid === undefined) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-child.pid, 'SIGINT');
      await gone;
    }
  }

  async close(): Promise<void> {
    await this.interrupt();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The clone gets what was installed here by hard links, which deleting does not follow; on another disk it installs for itself. */
async function cloneAndTry(reader: Reader, { text }: Block): Promise<void> {
  const [clone = '', ...rest] = text.trim().split('\n');
  reader.run(clone.replace('REPOSITORY', ROOT), reader.folder);
  const cwd = path.join(reader.folder, 'clew');
  expect(existsSync(path.join(cwd, 'package.json'))).toBe(true);
  const modules = path.join(cwd, 'node_modules');
  if (spawnSync('cp', ['-al', path.join(ROOT, 'node_modules'), modules]).status !== 0) rmSync(modules, { recursive: true, force: true });
  await reader.start(rest.join('\n'), 'Ctrl-C', cwd);
  await reader.interrupt();
}

async function follow(reader: Reader, block: Block): Promise<void> {
  const words = /^run: until "(.+)"$/.exec(block.mark ?? '')?.[1];
  const seen = /^run: see (.+)$/.exec(block.mark ?? '')?.[1];
  if (block.mark === 'run: clone') await cloneAndTry(reader, block);
  else if (words !== undefined) await reader.start(block.text, words);
  else if (seen !== undefined) {
    const look = (): Promise<true | undefined> => Promise.resolve(reader.run(block.text).includes(seen) ? true : undefined);
    expect(await until(look, `${block.text} to show ${seen}`)).toBe(true);
  } else if (block.mark === 'run') reader.run(block.text);
}

describe('the commands of', () => {
  let reader: Reader;
  afterEach(() => reader.close());

  const pages = PAGES.filter((page) => shellBlocksOf(page).some(({ mark }) => mark?.startsWith('run') === true));
  it.each(pages)('%s work as they stand there', { timeout: 300_000 }, async (page) => {
    reader = new Reader({ '8787': await freePort(), '8788': await freePort() });
    const blocks = shellBlocksOf(page);
    for (const block of blocks) await follow(reader, block);
    expect(blocks.length).toBeGreaterThan(0);
  });
});
