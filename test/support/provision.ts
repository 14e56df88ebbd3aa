// Outside parts that come from the distribution's packages. In CI a part that cannot be had is an error, not a skip.
import { spawnSync } from 'node:child_process';

interface Part {
  readonly command: string;
  readonly debianPackage: string;
}

const PARTS: readonly Part[] = [
  { command: 'chromium', debianPackage: 'chromium' },
  { command: 'luajit', debianPackage: 'luajit' },
  { command: 'luacheck', debianPackage: 'lua-check' },
  { command: 'strace', debianPackage: 'strace' },
  { command: 'python3', debianPackage: 'python3-venv' },
  { command: 'ip', debianPackage: 'iproute2' },
];

const has = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/** Installs what is missing where that is allowed (root on Debian); throws with the command to run where it is not. */
export function provision(): void {
  const missing = PARTS.filter((part) => !has(part.command));
  if (missing.length === 0) return;
  const packages = missing.map((part) => part.debianPackage);
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() === 0 && has('apt-get')) {
    process.stderr.write(`Installing for the tests: ${packages.join(' ')}\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    spawnSync('sh', ['-c', command], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const still = PARTS.filter((part) => !has(part.command));
  if (still.length > 0) {
    process.stderr.write(`The tests need: ${still.map((part) => part.command).join(', ')}. On Debian or Ubuntu: sudo ${command}\n`);
    process.exit(2);
  }
}
