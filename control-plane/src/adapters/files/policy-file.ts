import { watch } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ClewError } from '../../kernel/index.ts';
import type { PolicySource } from '../../policies/index.ts';

/** Editors write a file in several steps; this long after the last one it is read. */
const SETTLE_MS = 200;

/** A policy as a file. Its folder is watched, since editors and mounts replace the file itself. */
export function policyFile(file: string): PolicySource {
  return {
    name: path.basename(file),
    read: () => readFile(file, 'utf8'),
    write: (text) => replaceFile(file, text),
    watch(changed) {
      let timer: NodeJS.Timeout | undefined;
      const watcher = watch(path.dirname(file), { persistent: false }, (_event, name) => {
        if (name !== null && name !== path.basename(file)) return;
        clearTimeout(timer);
        timer = setTimeout(changed, SETTLE_MS).unref();
      });
      // A folder that goes away ends the watch; SIGHUP still works.
      watcher.on('error', () => watcher.close());
      return () => {
        clearTimeout(timer);
        watcher.close();
      };
    },
  };
}

/** A crash leaves the old policy or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.new-${process.pid}`;
  try {
    const handle = await open(fresh, 'w', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    const code = (cause as NodeJS.ErrnoException).code ?? 'error';
    throw new ClewError(
      'unavailable',
      `${path.basename(file)} cannot be written (${code}); change it where it is kept, it is taken from there`,
      {
        cause,
      },
    );
  }
}
