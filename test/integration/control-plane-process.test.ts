// The server as a process of its own, with the shipped models: start, first token, signals, faults.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../support/control-plane.ts';

const root = path.resolve(import.meta.dirname, '../..');

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly url: string;
}

describe('npm start', () => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'clew-start-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function launch(env: Readonly<Record<string, string>>): { child: ChildProcess; output: () => string; errors: () => string } {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'control-plane/src/main.ts'], {
      cwd: root,
      env: { PATH: process.env['PATH'], CLEW_PORT: '0', CLEW_DATA: path.join(folder, 'data'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    return { child, output: () => output, errors: () => errors };
  }

  async function start(env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const running = launch(env);
    await expect.poll(() => running.output(), { timeout: 30_000 }).toMatch(/ {2}data /);
    const url = /listens on (\S+)/.exec(running.output())?.[1] ?? '';
    return { ...running, url };
  }

  async function exit({ child }: Pick<Running, 'child'>, signal?: NodeJS.Signals): Promise<number | null> {
    const exited = once(child, 'exit') as Promise<[number | null]>;
    if (signal) child.kill(signal);
    return (await exited)[0];
  }

  it('says in two lines what is wrong with the data folder, exit 2', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, 'x');
    const keys = path.join(folder, 'data', 'keys');
    mkdirSync(keys, { recursive: true });
    writeFileSync(path.join(keys, 'pseudonyms.key'), 'short');
    for (const [env, wrong] of [
      [{ CLEW_DATA: file }, file],
      [{}, 'pseudonyms.key'],
    ] as const) {
      const running = launch(env);
      expect(await exit(running)).toBe(2);
      expect(running.errors()).toContain(wrong);
      expect(running.errors().trimEnd().split('\n')).toHaveLength(2);
    }
  });

  it('prints an admin token on the first start only, and drains on SIGTERM', async () => {
    const first = await start();
    await expect.poll(() => first.output()).toContain('Admin token');
    const token = /Admin token, shown this once: (\S+)/.exec(first.output())?.[1] ?? '';
    await expect.poll(() => first.output()).toContain(`${first.url}/#token=${token}\n`);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const rows = [
      sample({
        id: 'm-1',
        prompt: { text: 'How do I plant tomatoes? I am Aurelia Brandt, aurelia@example.com' },
        answer: { text: 'Plant them deep.' },
      }),
      sample({ id: 'm-2', prompt: { text: 'And how often should I water them?' } }),
    ];
    const posted = performance.now();
    const answer = await fetch(`${first.url}/v1/samples`, { method: 'POST', headers, body: JSON.stringify(rows) });
    expect(answer.status).toBe(202);
    const find = async (): Promise<string[]> => {
      const found = (await (await fetch(`${first.url}/v1/search?q=growing+vegetables`, { headers })).json()) as { items: { id: string }[] };
      return found.items.map(({ id }) => id);
    };
    await expect.poll(find, { timeout: 5_000 }).toContain('m-1');
    const second = (await (await fetch(`${first.url}/v1/requests/m-2`, { headers })).json()) as Record<string, unknown>;
    expect(performance.now() - posted).toBeLessThan(5_000);
    expect(second).toMatchObject({ predecessor: 'm-1', position: 'continuation', method: 'inferred' });
    const stored = (await (await fetch(`${first.url}/v1/requests/m-1`, { headers })).json()) as { prompt: string };
    expect(stored.prompt).not.toMatch(/Aurelia|example\.com/);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);

    const burst = Array.from({ length: 300 }, (_, index) => sample({ id: `late-${index}`, mode: 'metadata_only' }));
    const late = await fetch(`${first.url}/v1/samples`, { method: 'POST', headers, body: JSON.stringify(burst) });
    expect(late.status).toBe(202);
    expect(await exit(first, 'SIGTERM')).toBe(0);
    expect(first.errors()).not.toMatch(/Aurelia|aurelia@/);
    const line =
      first
        .errors()
        .split('\n')
        .find((text) => text.includes('"request_stored"') && text.includes('m-2')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'info', requestId: 'm-2', threadId: expect.stringMatching(/^t_/) });

    const again = await start();
    expect(again.output()).not.toContain('Admin token');
    const waiting = async (): Promise<string> => (await fetch(`${again.url}/metrics`)).text();
    await expect.poll(waiting, { timeout: 15_000 }).toMatch(/clew_journal_waiting 0\n/);
    for (const id of ['m-1', 'late-0', 'late-299']) {
      expect((await fetch(`${again.url}/v1/requests/${id}`, { headers })).status).toBe(200);
    }
    expect(await exit(again, 'SIGINT')).toBe(0);
    expect(readdirSync(path.join(folder, 'data', 'journal-keys'))).toEqual([]);
  });

  it('takes a changed policy on SIGHUP and keeps the last good one', async () => {
    const file = path.join(folder, 'policy.yaml');
    writeFileSync(file, 'version: 1\nname: first\n');
    const running = await start({ CLEW_POLICY: file, CLEW_ADMIN_TOKEN: 'token-of-the-test' });
    const read = (etag = '') =>
      fetch(`${running.url}/v1/policies`, { headers: { authorization: 'Bearer token-of-the-test', 'if-none-match': etag } });
    const first = await read();
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(await first.json()).toEqual({ version: 1, name: 'first' });
    expect((await read(etag)).status).toBe(304);
    writeFileSync(file, 'version: 1\nname: second\npurpose: mending faults\nlegalBasis: contract\n');
    running.child.kill('SIGHUP');
    await expect.poll(async () => (await read(etag)).status, { timeout: 5_000 }).toBe(200);
    writeFileSync(file, 'version: 1\nnaem: third\n');
    running.child.kill('SIGHUP');
    await expect.poll(() => running.errors(), { timeout: 5_000 }).toContain('policy_refused');
    expect(running.errors()).toContain('policy.yaml:2');
    expect(await (await read()).json()).toMatchObject({ name: 'second' });
    expect(await exit(running, 'SIGTERM')).toBe(0);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp[]]>([
    ['settings with faults', { CLEW_PORT: 'x', DATABASE_URL: 'postgres://x' }, [/CLEW_PORT: expected/, /DATABASE_URL: expected/]],
    ['no policy file', { CLEW_POLICY: '/nowhere/policy.yaml' }, [/policy\.yaml cannot be read/]],
    ['a Weaviate that does not answer', { WEAVIATE_URL: 'http://127.0.0.1:9' }, [/Not ready/]],
  ])('refuses %s with exit 2 and says what to do', async (_what, env, messages) => {
    const running = launch(env);
    expect(await exit(running)).toBe(2);
    for (const message of messages) expect(running.errors()).toMatch(message);
    expect(running.errors()).not.toMatch(/^\s+at /m);
  });

  it('says when the port is taken, and when the data folder is in use', async () => {
    const running = await start({ CLEW_ADMIN_TOKEN: 'token-of-the-test' });
    const port = new URL(running.url).port;
    const samePort = launch({ CLEW_PORT: port, CLEW_DATA: path.join(folder, 'other') });
    expect(await exit(samePort)).toBe(2);
    expect(samePort.errors()).toContain(`port ${port} is taken`);
    const sameFolder = launch({});
    expect(await exit(sameFolder)).toBe(2);
    expect(sameFolder.errors()).toContain('Another process uses the data folder');
  });

  it('gives the admin token also where the first start finds its port taken, and lets a lost one be replaced', async () => {
    const other = await start({ CLEW_ADMIN_TOKEN: 'token-of-the-test', CLEW_DATA: path.join(folder, 'other') });
    const refused = launch({ CLEW_PORT: new URL(other.url).port });
    expect(await exit(refused)).toBe(2);
    const token = /Admin token, shown this once: (\S+)/.exec(refused.output())?.[1] ?? 'none was shown';
    const next = await start();
    const ask = async (url: string, secret: string): Promise<number> =>
      (await fetch(`${url}/v1/threads`, { headers: { authorization: `Bearer ${secret}` } })).status;
    expect(await ask(next.url, token)).toBe(200);
    expect(await exit(next, 'SIGTERM')).toBe(0);
    const replaced = await start({ CLEW_ADMIN_TOKEN: 'another-token-of-the-test' });
    expect(await ask(replaced.url, 'another-token-of-the-test')).toBe(200);
  });
});
