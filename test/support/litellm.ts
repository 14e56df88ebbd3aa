// A real LiteLLM proxy for tests, from PyPI, in a virtual environment that every clone of this user shares.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, installed, startServer, step } from './server-process.ts';

const VERSION = '1.106.2';
/** Complete, so that a newer release of a part cannot change what is tested. */
const CONSTRAINTS = path.join(import.meta.dirname, 'litellm-constraints.txt');
const NAME = `litellm-${VERSION}`;
const READY_MS = 120_000;

export const MASTER_KEY = 'sk-test-master-0123456789';

export interface RunningLiteLlm {
  /** On 127.0.0.1. */
  readonly url: string;
  /** What it wrote so far. */
  output(): string;
  stop(): Promise<void>;
}

const executable = (folder: string): string => path.join(folder, 'bin', 'python');

/** Folder of the virtual environment; makes it when it is not there yet (about a minute, 750 MB). */
export function provideLiteLlm(): string {
  // Only `python -m` and `python -c` are used, so it does not matter that scripts name the folder it was made in.
  return installed(NAME, (folder) => {
    process.stderr.write(`Installing ${NAME} from PyPI, once (about a minute, 750 MB)\n`);
    step('python3', ['-m', 'venv', folder], 'The tests of LiteLLM need Python 3.10 or newer with venv (Debian: python3-venv).');
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-c', CONSTRAINTS, `litellm[proxy]==${VERSION}`];
    step(executable(folder), install, 'The tests of LiteLLM need a real proxy: allow pip to reach a package index.');
  });
}

/** Starts a proxy with a configuration (YAML text) and waits until it is ready (6 to 20 s). */
export async function startLiteLlm(config: string, env: Readonly<Record<string, string>>): Promise<RunningLiteLlm> {
  const environment = provideLiteLlm();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = 'import sys; from litellm import run_server; sys.exit(run_server())';
  const server = await startServer({
    name: 'litellm',
    command: executable(environment),
    args: (folder) => {
      const file = path.join(folder, 'config.yaml');
      writeFileSync(file, config);
      return ['-c', program, '--config', file, '--host', '127.0.0.1', '--port', String(port)];
    },
    env: (folder) => ({
      PATH: `${path.join(environment, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_TELEMETRY: 'False',
      LITELLM_MASTER_KEY: MASTER_KEY,
      DEFAULT_FLUSH_INTERVAL_SECONDS: '1',
      NO_PROXY: '127.0.0.1',
      ...env,
    }),
    readyUrl: `${url}/health/readiness`,
    readyMs: READY_MS,
  });
  return { ...server, url };
}
