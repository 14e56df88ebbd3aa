// Batches on disk while the control plane is away. Samples are idempotent by id, so several processes may share a folder
// and a batch that is sent twice does no harm.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Sealer } from './seal.ts';

const SUFFIX = '.clew';

interface SpoolOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly sealer: Sealer;
}

export class Spool {
  readonly #options: SpoolOptions;
  /** What this process knows to lie there; others' files are found when the folder is listed. */
  #bytes: number | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** False when the spool is full. Rejects when the disk fails. `isPart`: of a file that leaves then, so always room. */
  async write(body: Uint8Array, isPart = false): Promise<boolean> {
    const sealed = this.#options.sealer.seal(body);
    await this.#open();
    if (!isPart && (this.#bytes ?? 0) + sealed.length > this.#options.maxBytes) return false;
    const name = `${Date.now().toString().padStart(15, '0')}-${randomBytes(6).toString('hex')}`;
    const file = path.join(this.#options.directory, name);
    // Whole or not at all: a file without the suffix is one that was not finished.
    const handle = await fs.open(file, 'wx', 0o600);
    try {
      await handle.writeFile(sealed);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(file, file + SUFFIX);
    this.#bytes = (this.#bytes ?? 0) + sealed.length;
    return true;
  }

  /** The oldest batch whose file may be tried, or undefined. `unreadable` files are for the caller to remove. */
  async oldest(
    mayTry: (file: string) => boolean = () => true,
  ): Promise<{ readonly file: string; readonly body: Buffer | 'unreadable' } | undefined> {
    for (const file of await this.#open()) {
      if (!mayTry(file)) continue;
      const sealed = await fs.readFile(file).catch(() => undefined);
      // Another process was faster.
      if (sealed === undefined) continue;
      try {
        return { file, body: this.#options.sealer.open(sealed) };
      } catch {
        return { file, body: 'unreadable' };
      }
    }
    return undefined;
  }

  async remove(file: string): Promise<void> {
    await fs.rm(file, { force: true });
    this.#bytes = undefined;
  }

  /** Whole files, oldest first; makes the folder and counts its bytes where that is not known. */
  async #open(): Promise<string[]> {
    const { directory } = this.#options;
    await fs.mkdir(directory, { recursive: true, mode: 0o700 });
    const names = (await fs.readdir(directory)).filter((name) => name.endsWith(SUFFIX)).sort();
    const files = names.map((name) => path.join(directory, name));
    if (this.#bytes === undefined) {
      const sizes = await Promise.all(
        files.map(async (file) =>
          fs.stat(file).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      this.#bytes = sizes.reduce((sum, size) => sum + size, 0);
    }
    return files;
  }
}
