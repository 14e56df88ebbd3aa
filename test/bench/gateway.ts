// What the plugin costs a request: Clew and an empty plugin that is handed the same tables, in turn within one run.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { GatewayRounds, Round } from './gateway-load.ts';
import { metric, type Metric } from './metric.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

export async function gatewayMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  // Within the clone, so that the launcher finds its packages.
  const folder = path.join(ROOT, '.cache', `bench-empty-${process.pid}`);
  mkdirSync(path.join(folder, 'clew'), { recursive: true });
  copyFileSync(path.join(ROOT, 'plugin/dist/launcher.cjs'), path.join(folder, 'launcher.cjs'));
  copyFileSync(path.join(import.meta.dirname, 'empty-plugin/empty.cjs'), path.join(folder, 'clew', 'empty.cjs'));
  try {
    const rounds = await load(folder, quick);
    const values = (name: string, of: (round: Round) => number | null): number[] =>
      (rounds[name] ?? []).map((round) => of(round) ?? Number.NaN);
    const against = (name: string, of: (round: Round) => number): number[] =>
      values('clew', of).map((value, at) => value / (values(name, of)[at] ?? Number.NaN));
    return [
      metric(
        'plugin p50',
        'ms',
        'lower',
        values('clew', ({ p50 }) => p50),
        '16 clients at full speed',
      ),
      metric(
        'plugin p99',
        'ms',
        'lower',
        values('clew', ({ p99 }) => p99),
      ),
      metric(
        'empty plugin p50',
        'ms',
        'lower',
        values('empty', ({ p50 }) => p50),
      ),
      metric(
        'empty plugin p99',
        'ms',
        'lower',
        values('empty', ({ p99 }) => p99),
      ),
      metric(
        'plugin p50 to empty plugin',
        '×',
        'lower',
        against('empty', ({ p50 }) => p50),
        'by rounds',
      ),
      metric(
        'plugin p99 to empty plugin',
        '×',
        'lower',
        against('empty', ({ p99 }) => p99),
        'by rounds',
      ),
      metric(
        'plugin p50 to no plugin',
        '×',
        'lower',
        against('bare', ({ p50 }) => p50),
        'by rounds',
      ),
      metric(
        'plugin CPU per request, answering thread',
        'µs',
        'lower',
        values('clew', (round) => round.firstThreadUs),
      ),
      metric(
        'plugin CPU per request, all threads',
        'µs',
        'lower',
        values('clew', (round) => round.processUs),
      ),
      metric(
        'empty plugin CPU per request, all threads',
        'µs',
        'lower',
        values('empty', (round) => round.processUs),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function load(empty: string, quick: boolean): Promise<GatewayRounds> {
  const child = spawn(process.execPath, ['test/bench/gateway-load.ts', 'clew=plugin/dist', `empty=${empty}`], {
    cwd: ROOT,
    env: { ...process.env, BENCH_JSON: '1', BENCH_SMALL_ONLY: '1', ...(quick ? { BENCH_ROUNDS: '1', BENCH_ROUND_MS: '300' } : {}) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error('The load on the gateways failed');
  return JSON.parse(out) as GatewayRounds;
}
