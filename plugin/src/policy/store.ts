// The last good policy on disk, so that a gateway that starts while its control plane is away goes on redacting and
// sampling as it was told. Sealed, for patterns and allowed values are nobody's business, and so that whoever can write
// to the folder cannot loosen anything; the floor of the settings holds in any case.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Sealer } from '../ship/index.ts';

/** A policy as the control plane sent it; whoever loads one judges it again. */
export interface StoredPolicy {
  readonly etag: string | undefined;
  /** JSON. */
  readonly text: string;
  /** As it came in POLICY_SIGNATURE_HEADER. */
  readonly signature?: string | undefined;
}

export interface PolicyStore {
  /** Undefined where none is kept or it cannot be read. Never throws. */
  load(): StoredPolicy | undefined;
  /** Rejects when the disk fails; what was kept before is whole then. */
  save(stored: StoredPolicy): Promise<void>;
}

export class PolicyFile implements PolicyStore {
  readonly #file: string;
  readonly #sealer: Sealer;

  constructor(file: string, sealer: Sealer) {
    this.#file = file;
    this.#sealer = sealer;
  }

  load(): StoredPolicy | undefined {
    try {
      const kept = JSON.parse(this.#sealer.open(fs.readFileSync(this.#file)).toString('utf8')) as Partial<StoredPolicy>;
      const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
      const text = textOf(kept.text);
      return text === undefined ? undefined : { etag: textOf(kept.etag), text, signature: textOf(kept.signature) };
    } catch {
      // Missing, damaged, or sealed under another key.
      return undefined;
    }
  }

  async save(stored: StoredPolicy): Promise<void> {
    await fs.promises.mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const unfinished = `${this.#file}.${randomBytes(6).toString('hex')}`;
    try {
      const handle = await fs.promises.open(unfinished, 'wx', 0o600);
      try {
        await handle.writeFile(this.#sealer.seal(Buffer.from(JSON.stringify(stored))));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await fs.promises.rename(unfinished, this.#file);
    } catch (thrown) {
      await fs.promises.rm(unfinished, { force: true });
      throw thrown;
    }
  }
}
