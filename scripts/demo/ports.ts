import { createServer } from 'node:net';
import { DemoError } from './options.ts';

const TRIES = 20;
const HOST = '127.0.0.1';

/** The port asked for, or the next free one. 0 stays 0: the system chooses. Throws DemoError when none is free. */
export async function freePort(wanted: number, key: string, taken: readonly number[] = []): Promise<number> {
  if (wanted === 0) return 0;
  for (let port = wanted; port < Math.min(wanted + TRIES, 65_536); port += 1) {
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new DemoError(`No port from ${wanted} on is free`, `Set ${key} to a free port, or to 0 for any.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}
