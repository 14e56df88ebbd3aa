// The bench in its quick form: that it measures and compares, not how fast anything is.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Metric } from '../bench/metric.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function bench(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'test/bench/run.ts', ...args], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'], CLEW_CALLED_FROM: folder },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

it('measures plugin, control plane, models and search, saves a baseline and compares with it', async () => {
  const first = await bench('--quick', '--baseline', 'base.json', '--save');
  expect(first.code, first.err).toBe(0);
  const { metrics } = JSON.parse(first.out) as { metrics: Metric[] };
  expect(JSON.parse(readFileSync(path.join(folder, 'base.json'), 'utf8'))).toMatchObject({ quick: true, metrics });
  for (const name of [
    'plugin p50 to empty plugin',
    'fully linked, everything',
    'fully linked, names off',
    'embeddings',
    'embeddings to Python',
    'names to Python',
    'embeddings of a core, static',
    'link F1, static',
    'search p99, 500 requests',
  ])
    expect(metrics.find((one) => one.name === name)?.median, name).toBeGreaterThan(0);
  const second = await bench('--quick', '--only', 'models', '--baseline', 'base.json');
  expect(second.code).toBe(0);
  expect(second.err).toMatch(/embeddings .*×\d+\.\d+ of the baseline \(higher is better\)/);
});

it('says what is wrong with a call', async () => {
  expect(await bench('--quick', '--only', 'nothing')).toMatchObject({ code: 2, out: '' });
  expect(await bench('--baseline', 'none.json')).toMatchObject({ code: 2, out: '' });
});
