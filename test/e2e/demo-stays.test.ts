// `npm run demo` as it stays up: what it prints is true, what it suggests works as printed, Ctrl-C ends all of it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchHit } from '../../control-plane/src/search/index.ts';
import type { Page, RequestView, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { until } from '../support/stack.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

describe('npm run demo', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-demo-stays-'));
  let demo: ChildProcess;
  let shown = '';
  let told = '';
  let control = '';
  let gateway = '';
  let token = '';
  const get = async <T>(route: string): Promise<T> => {
    const response = await fetch(`${control}${route}`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };

  beforeAll(async () => {
    demo = spawn(process.execPath, ['scripts/run.mjs', 'demo'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], CLEW_DATA: folder, CLEW_PORT: '0', CLEW_GATEWAY_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    demo.stdout?.setEncoding('utf8').on('data', (text: string) => (shown += text));
    demo.stderr?.setEncoding('utf8').on('data', (text: string) => (told += text));
    await until(
      () => Promise.resolve(shown.includes('Ctrl-C') ? true : demo.exitCode === null ? undefined : expect.fail(told)),
      'the greeting of the demo',
      90_000,
    );
    control = /Page\s+(http:\/\/[^/\s]+)/.exec(shown)?.[1] ?? '';
    gateway = /Gateway\s+(http:\/\/[^/\s]+)/.exec(shown)?.[1] ?? '';
    token = /Token\s+(\S+)/.exec(shown)?.[1] ?? '';
  });
  afterAll(() => {
    demo.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('prints the page, the gateway, the token and three things to try', async () => {
    expect(shown).toContain(`${control}/#token=${token}`);
    for (const step of ['1. ', '2. ', '3. ']) expect(shown).toContain(`\n  ${step}`);
    expect((await fetch(`${control}/`)).headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${gateway}/v1/models`)).status).toBe(200);
  });

  it('has a page full of threads within ten seconds', async () => {
    const many = async (): Promise<number> => (await get<Page<ThreadSummary>>('/v1/threads?limit=50')).items.length;
    expect(await until(async () => ((await many()) === 50 ? true : undefined), 'fifty threads', 10_000)).toBe(true);
  });

  it('goes on: requests of this very moment arrive by themselves', async () => {
    const startedMs = Date.now();
    const newest = async (): Promise<number> => Date.parse((await get<Page<ThreadSummary>>('/v1/threads?limit=1')).items[0]?.lastAt ?? '');
    expect(await until(async () => ((await newest()) > startedMs ? true : undefined), 'a newer request')).toBe(true);
  });

  it('suggests a command that works as it is printed', async () => {
    const command = /^ +curl [\s\S]*?\n(?=\n)/m.exec(shown)?.[0] ?? '';
    const run = spawnSync('sh', ['-c', `${command.trim()} -s -i`], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const runId = /x-clew-run-id: (\S+)/i.exec(run.stdout)?.[1] ?? '';
    expect(runId).toMatch(/^[0-9a-f]{32}$/);
    const stored = await until(async () => {
      const response = await fetch(`${control}/v1/requests/${runId}`, { headers: { authorization: `Bearer ${token}` } });
      return response.ok ? ((await response.json()) as RequestView) : undefined;
    }, 'the question of the user');
    expect(stored.prompt).toBe('What is a clew?');
  });

  it('suggests a search that finds something', async () => {
    const query = /\/\?q=(\S+)/.exec(shown)?.[1] ?? '';
    const { items } = await get<Page<SearchHit>>(`/v1/search?q=${query}`);
    expect(items[0]?.snippet).toMatch(/late/i);
  });

  it('suggests an alert that has its cause, and runs that drifted', async () => {
    expect(shown).toContain(`${control}/?view=alerts`);
    expect(shown).toContain(`${control}/?view=runs&verdict=drifted`);
    const alert = await until(async () => (await get<Page<{ first: { dimension: string } | null }>>('/v1/alerts')).items[0], 'the alert');
    expect(alert.first?.dimension).toBe('verdict');
    expect((await get<Page<unknown>>('/v1/runs?verdict=drifted')).items.length).toBeGreaterThan(0);
  });

  it('ends with Ctrl-C, with exit code 0 and nothing left behind', async () => {
    const ended = new Promise<number | null>((resolve) => demo.once('exit', (code) => resolve(code)));
    demo.kill('SIGINT');
    expect(await ended, told).toBe(0);
    await expect(fetch(`${control}/healthz`)).rejects.toThrow();
    await expect(fetch(`${gateway}/v1/models`)).rejects.toThrow();
  });
});
