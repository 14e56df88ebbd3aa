// The verifier in test/crosscheck/log: Go, out of packages that others wrote. Built once for each state of its sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const sources = path.resolve(import.meta.dirname, '../crosscheck/log');
const FILES = ['main.go', 'go.mod', 'go.sum'];

/** Path of the binary. Throws with what is missing; never passes silently. */
export function provideCrosscheck(): string {
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(readFileSync(path.join(sources, file)));
  const shared = path.join(homedir(), '.cache', 'clew', 'crosscheck');
  const binary = path.join(shared, `log-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  mkdirSync(shared, { recursive: true });
  const folder = mkdtempSync(path.join(shared, 'new-'));
  try {
    const made = path.join(folder, 'crosscheck');
    const built = spawnSync('go', ['build', '-mod=readonly', '-o', made, '.'], { cwd: sources, stdio: ['ignore', 2, 2] });
    if (built.status !== 0) {
      const why = built.error === undefined ? `exit ${built.status ?? built.signal}` : built.error.message;
      throw new Error(
        `"go build" in test/crosscheck/log failed (${why}). The proofs are checked by Go packages: install Go 1.26 or newer.`,
      );
    }
    renameSync(made, binary);
    return binary;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface CrosscheckAnswer {
  readonly ok: boolean;
  /** SHA-256 of the payload where it is ok, else what did not hold. */
  readonly says: string;
}

/** Runs the verifier over a file of bundles, one a line. */
export function crosscheckBundles(file: string, vkey: string, pemFile: string): CrosscheckAnswer[] {
  const ran = spawnSync(provideCrosscheck(), ['bundles', file, vkey, pemFile], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (ran.status !== 0) throw new Error(`The cross-check ended with ${ran.status ?? ran.signal}: ${ran.stderr}`);
  return ran.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => ({ ok: line.startsWith('ok '), says: line.slice(3) }));
}

/** Checks a log that stands in files; answers what it said, throws where anything does not hold. */
export function crosscheckLog(folder: string, vkey: string): string {
  const ran = spawnSync(provideCrosscheck(), ['log', folder, vkey], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`The cross-check refused the log: ${ran.stderr}`);
  return ran.stdout.trim();
}
