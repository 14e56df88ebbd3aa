// Journal keys as files of a folder, one key a file, readable by the owner only.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { JournalKeyStore } from '../../ingest/ports.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const SUFFIX = '.key';

export async function openKeyFolder(folder: string): Promise<JournalKeyStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fileOf = (id: string): string => {
    if (!NAME.test(id)) throw new Error('A journal key has a name of another form');
    return path.join(folder, `${id}${SUFFIX}`);
  };
  return {
    async list() {
      const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX));
      // What is not ours must not keep our keys from being shredded.
      return files.map(({ name }) => name.slice(0, -SUFFIX.length)).filter((id) => NAME.test(id));
    },
    async read(id) {
      try {
        return await readFile(fileOf(id));
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(id, key) {
      // Written aside and renamed, so that a crash leaves no half key.
      const fresh = path.join(folder, `${id}.fresh`);
      await writeDurably(fresh, key, 'wx');
      await rename(fresh, fileOf(id));
      await syncFolder(folder);
    },
    async shred(id) {
      const file = fileOf(id);
      try {
        await writeDurably(file, randomBytes(32), 'r+');
        await unlink(file);
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      }
      await syncFolder(folder);
    },
  };
}

async function writeDurably(file: string, bytes: Uint8Array, flags: 'wx' | 'r+'): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
