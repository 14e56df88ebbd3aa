import { existsSync, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ManifestSource } from '../../identity/index.ts';

/** Editors write a file in several steps; this long after the last one the folder is read. */
const SETTLE_MS = 200;

/** Signature of the whole folder. */
export const MANIFEST_SIGNATURE = 'manifests.sig.json';

/** Manifests as the YAML files of a folder, in the order of their names. A folder that comes later is found at the next start. */
export function manifestFolder(folder: string): ManifestSource {
  return {
    async read() {
      if (!existsSync(folder)) return [];
      const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
      return Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(folder, name), 'utf8') })));
    },
    async signature() {
      const file = path.join(folder, MANIFEST_SIGNATURE);
      return existsSync(file) ? readFile(file, 'utf8') : undefined;
    },
    watch(changed) {
      if (!existsSync(folder)) return () => undefined;
      let timer: NodeJS.Timeout | undefined;
      const watcher = watch(folder, { persistent: false }, () => {
        clearTimeout(timer);
        timer = setTimeout(changed, SETTLE_MS).unref();
      });
      watcher.on('error', () => watcher.close());
      return () => {
        clearTimeout(timer);
        watcher.close();
      };
    },
  };
}
