// Run identity: appends, checkpoints, proofs, the guard, canonical bytes.
import { canonicalDifferences, measureGuard, openLogBench } from '../support/identity-load.ts';
import { metric, percentile, type Metric } from './metric.ts';

/** Runs of one commit of the pipeline. */
const BATCH = 64;

export async function identityMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const log = openLogBench();
  try {
    const rates = Array.from({ length: quick ? 2 : 5 }, () => {
      const started = performance.now();
      for (let batch = 0; batch < 100; batch += 1) log.append(BATCH);
      return (100 * BATCH) / ((performance.now() - started) / 1_000);
    });
    const lags = await log.lags({ batch: 2 * BATCH, everyMs: 60, forMs: quick ? 2_000 : 10_000 });
    const leaves = quick ? 100_000 : 1_000_000;
    while (log.size < leaves) log.append(Math.min(10_000, leaves - log.size));
    const { proofMs, rootMs } = await log.prove(quick ? 100 : 1_000);
    const { guard, withRecord } = measureGuard(quick ? 20 : 60);
    const values = quick ? 20_000 : 1_000_000;
    const differences = canonicalDifferences(values, 8_785);
    return [
      metric('identity.append', 'leaves/s', 'higher', rates, `durable batches of ${BATCH}`),
      metric('identity.checkpoint', 'ms', 'lower', [percentile(lags, 0.5)], `from a commit to its checkpoint, of ${lags.length}`),
      metric('identity.checkpoint.max', 'ms', 'lower', [Math.max(...lags)]),
      metric('identity.proof.p50', 'ms', 'lower', [percentile(proofMs, 0.5)], `of ${leaves} leaves`),
      metric('identity.proof.p95', 'ms', 'lower', [percentile(proofMs, 0.95)]),
      metric('identity.root', 'ms', 'lower', [rootMs]),
      metric('identity.guard', 'ms', 'lower', guard, 'CPU, 16 KB, before the provider is called where a manifest enforces'),
      metric('identity.guard.record', 'ms', 'lower', withRecord, 'CPU, the same with record and digest'),
      metric('identity.canonical', 'differences', 'lower', [differences], `of ${values} values, two implementations`),
    ];
  } finally {
    log.close();
  }
}
