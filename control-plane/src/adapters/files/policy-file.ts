import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PolicySource } from '../../policies/index.ts';

/** Editors write a file in several steps; this long after the last one it is read. */
const SETTLE_MS = 200;

/** A policy as a file. Its folder is watched, since editors and mounts replace the file itself. */
export function policyFile(file: string): PolicySource {
  return {
    name: path.basename(file),
    read: () => readFile(file, 'utf8'),
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
