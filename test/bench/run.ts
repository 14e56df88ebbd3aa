// `npm run bench -- [--quick] [--only gateway,streams,plane,models,tiers,search,identity,bytes,purge] [--baseline FILE] [--save]`: JSON on stdout, a table
// on stderr. On a machine that does other work trust the ratios and the CPU times.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { byteMetrics } from './bytes.ts';
import { gatewayMetrics } from './gateway.ts';
import { identityMetrics } from './identity.ts';
import { tableOf, type Baseline, type Metric } from './metric.ts';
import { modelMetrics, planeMetrics, searchMetrics } from './plane.ts';
import { purgeMetrics } from './purge.ts';
import { streamMetrics } from './streams.ts';
import { tierMetrics } from './tiers.ts';

const DEFAULT_BASELINE = path.join(import.meta.dirname, 'baseline.json');
const PARTS = {
  gateway: gatewayMetrics,
  streams: streamMetrics,
  plane: planeMetrics,
  models: modelMetrics,
  tiers: tierMetrics,
  search: searchMetrics,
  identity: identityMetrics,
  bytes: byteMetrics,
  purge: purgeMetrics,
} as const;
/** Takes an hour and several gigabytes: only where it is asked for. */
const ASKED_FOR = new Set(['purge']);

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, baseline: { type: 'string' }, save: { type: 'boolean' } },
});
const resolve = (file: string): string => path.resolve(process.env['CLEW_CALLED_FROM'] ?? process.cwd(), file);
const file = values.baseline === undefined ? DEFAULT_BASELINE : resolve(values.baseline);
if (values.baseline !== undefined && values.save !== true && !existsSync(file)) {
  process.stderr.write('The file of --baseline is not there\n');
  process.exit(2);
}
const wanted = values.only?.split(',');
const metrics: Metric[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (wanted ? !wanted.includes(name) : ASKED_FOR.has(name)) continue;
  process.stderr.write(`Measuring: ${name}\n`);
  metrics.push(...(await measure({ quick: values.quick === true })));
}
if (metrics.length === 0) {
  process.stderr.write(`--only takes ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(2);
}
const baseline = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Baseline) : undefined;
const report = { quick: values.quick === true, node: process.version, cpus: os.cpus().length, metrics };
process.stderr.write(`${tableOf(metrics, baseline)}\n`);
if (values.save === true) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(report)}\n`);
