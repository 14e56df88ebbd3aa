// The ledger of erasures as a file of lines that only grows, apart from the data folder: a backup of that folder, put back,
// must not bring the ledger's past back with it.
import { mkdirSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ClewError, type Scope } from '../../kernel/index.ts';
import type { ErasureLedger, ErasureRecord } from '../../privacy/index.ts';

const DIGEST = /^[0-9a-f]{64}$/;

/** Throws ClewError 'unavailable' where the file's folder cannot be made. */
export function erasureLedger(file: string): ErasureLedger {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw refusal(file, cause);
  }
  // One line after the other, so that two never mix.
  let last: Promise<unknown> = Promise.resolve();
  return {
    async add({ scope, subject, atMs }) {
      const line = `${JSON.stringify({ at: new Date(atMs).toISOString(), tenant: scope.tenant, environment: scope.environment, subject })}\n`;
      const next = last.then(() => append(file, line));
      last = next.catch(() => undefined);
      await next;
    },
    async all() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw refusal(file, cause);
      }
      // A line that a loss of power cut short was never answered for.
      return text.split('\n').flatMap((line) => recordIn(line) ?? []);
    },
  };
}

async function append(file: string, line: string): Promise<void> {
  try {
    const handle = await open(file, 'a+', 0o600);
    try {
      // Behind a line that was cut short, this one begins anew.
      const { size } = await handle.stat();
      const lastByte = size === 0 ? undefined : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0];
      await handle.appendFile(lastByte === undefined || lastByte === 10 ? line : `\n${line}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw refusal(file, cause);
  }
}

function recordIn(line: string): ErasureRecord | undefined {
  try {
    const { at, tenant, environment, subject } = JSON.parse(line) as Record<string, unknown>;
    const scope = { tenant, environment } as Scope;
    const atMs = typeof at === 'string' ? Date.parse(at) : NaN;
    if (typeof subject !== 'string' || !DIGEST.test(subject) || Number.isNaN(atMs)) return undefined;
    return typeof tenant === 'string' && typeof environment === 'string' ? { scope, subject, atMs } : undefined;
  } catch {
    return undefined;
  }
}

function refusal(file: string, cause: unknown): ClewError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'error';
  return new ClewError(
    'unavailable',
    `CLEW_ERASURES: ${file} cannot be used (${code}); without it a restored backup would bring erased people back`,
    {
      cause,
    },
  );
}
