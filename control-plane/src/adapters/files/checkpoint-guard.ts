import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { CheckpointGuard } from '../../identity/index.ts';
import { scopeKey, type Scope } from '../../kernel/index.ts';

/** One file a log, replaced whole and on the disk before it counts. */
export function checkpointFolder(folder: string): CheckpointGuard {
  const fileOf = (scope: Scope): string => path.join(folder, `${encodeURIComponent(scopeKey(scope))}.checkpoint`);
  return {
    async read(scope) {
      try {
        return await readFile(fileOf(scope), 'utf8');
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(scope, checkpoint) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Of its own name: two replicas may write at once, and a mixture of both would be no checkpoint.
      const fresh = `${fileOf(scope)}.${randomBytes(6).toString('hex')}.fresh`;
      const handle = await open(fresh, 'wx', 0o600);
      try {
        await handle.writeFile(checkpoint);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(fresh, fileOf(scope));
      const directory = await open(folder, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    },
  };
}
