// The verifier in test/crosscheck/python, with its packages in a virtual environment that every clone of this user shares.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { CrosscheckAnswer } from './crosscheck.ts';

const sources = path.resolve(import.meta.dirname, '../crosscheck/python');
const requirements = path.join(sources, 'requirements.txt');

function run(command: string, args: readonly string[], remedy: string): void {
  const done = spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' } });
  if (done.status === 0) return;
  const why = done.error === undefined ? `exit ${done.status ?? done.signal}` : done.error.message;
  throw new Error(`"${command} ${args.join(' ')}" failed (${why}). The signatures are checked by Python packages too: ${remedy}`);
}

/** Path of the interpreter; makes the environment when it is not there yet. Throws with what is missing; never passes silently. */
export function providePython(): string {
  const name = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = path.join(homedir(), '.cache', 'clew', 'crosscheck', `python-${name}`);
  const executable = path.join(folder, 'bin', 'python');
  if (existsSync(executable)) return executable;
  mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = mkdtempSync(path.join(path.dirname(folder), 'new-'));
  try {
    run('python3', ['-m', 'venv', fresh], 'install Python 3.10 or newer with venv (Debian: python3-venv).');
    const install = ['-m', 'pip', 'install', '--quiet', '-r', requirements];
    run(path.join(fresh, 'bin', 'python'), install, 'allow pip to reach a package index.');
    // Two test runs may do it at once; only the interpreter is used, so the old path in scripts does not matter.
    if (!existsSync(executable)) renameSync(fresh, folder);
    return executable;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Runs the verifier over a file of envelopes, one a line. */
export function crosscheckEnvelopes(file: string, pemFile: string, keyId: string): CrosscheckAnswer[] {
  const ran = spawnSync(providePython(), [path.join(sources, 'envelopes.py'), file, pemFile, keyId], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (ran.status !== 0) throw new Error(`The cross-check ended with ${ran.status ?? ran.signal}: ${ran.stderr}`);
  return ran.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => ({ ok: line.startsWith('ok '), says: line.slice(3) }));
}
