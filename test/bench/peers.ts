// The same work by Python, where Python is: the figures that somebody who would write it there compares with.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const REQUIREMENTS = path.resolve(import.meta.dirname, '../../control-plane/models/provenance/requirements.txt');
const SCRIPT = path.join(import.meta.dirname, 'peer.py');

/** Texts a second. */
export interface Rates {
  readonly embeddings: number;
  readonly names: number;
}

export interface Peer {
  measure(texts: readonly string[]): Promise<Rates>;
  close(): void;
}

/** Python with the models loaded, waiting for texts; or why there is none. */
export async function startPythonPeer(): Promise<Peer | { readonly why: string }> {
  const python = environment();
  if (typeof python !== 'string') return python;
  const child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('The Python program ended; what it says is above');
    return JSON.parse(value);
  };
  await next();
  return {
    measure: async (texts) => {
      child.stdin.write(`${JSON.stringify(texts)}\n`);
      return (await next()) as Rates;
    },
    close: () => child.stdin.end(),
  };
}

/** A virtual environment with pinned packages, made once; every clone of this user shares it. */
function environment(): string | { readonly why: string } {
  const pins = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = path.join(homedir(), '.cache', 'clew', 'servers', `bench-python-${pins}`);
  const python = path.join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  if (spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status !== 0) return { why: 'no python3 with venv here' };
  process.stderr.write('Installing onnxruntime for Python, once\n');
  mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}.new-`);
  const run = (command: string, args: readonly string[]): boolean =>
    spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' } }).status === 0;
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS];
    if (!run('python3', ['-m', 'venv', fresh]) || !run(path.join(fresh, 'bin', 'python'), pip))
      return { why: 'pip could not install its packages' };
    if (!existsSync(python)) renameSync(fresh, folder);
    return python;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
