// `npm test`: brings the outside parts that tests need, runs every test, and closes with one line that counts them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provision } from './support/provision.ts';
import { provideServers } from './support/servers.ts';
import { budgetTable, readStages, stageTimes } from './support/stage-times.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly endTime: number;
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

const provisionStartMs = Date.now();
provision();
if (process.argv.length <= 2) provideServers();
const startMs = Date.now();

const folder = mkdtempSync(path.join(tmpdir(), 'clew-test-'));
const reportFile = path.join(folder, 'report.json');
const run = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);

let report: Report;
try {
  report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
} catch {
  process.stderr.write('The test runner left no report.\n');
  process.exit(run.status === 0 ? 1 : (run.status ?? 1));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// A file that could not even be loaded has no tests to count; it counts as one failure.
const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
// So does an error outside every test: the runner says so by its exit code alone.
const outside = run.status !== 0 && report.numFailedTests + broken === 0 ? 1 : 0;
const failed = report.numFailedTests + broken + outside;
const skipped = report.numPendingTests + report.numTodoTests;
// On stderr and before the count: the count is the last line, and the only one of its form.
const before = process.env['CLEW_STAGES'] ?? '';
process.stderr.write(
  `${budgetTable([
    ...(existsSync(before) ? readStages(readFileSync(before, 'utf8')) : []),
    { name: 'provision', seconds: (startMs - provisionStartMs) / 1000 },
    ...stageTimes(report.testResults, startMs, Date.now()),
  ])}\n`,
);
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(failed > 0 ? 1 : 0);
