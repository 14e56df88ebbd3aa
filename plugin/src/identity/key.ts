// The key that a gateway signs its runs with. It stays on the machine: what leaves is the public half.
import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { signingKey, type SigningKey } from '#contract';

export interface GatewayKey {
  readonly key: SigningKey;
  /** Epoch milliseconds; it signed no run that was observed before. */
  readonly fromMs: number;
}

interface KeySettings {
  /** The private key itself: PEM (PKCS #8), or its 32 bytes in hex or base64. */
  readonly signingKey: string | undefined;
  /** Where it lies, and is made where there is none. */
  readonly signingKeyFile: string | undefined;
}

/** Used where there is no place for a file; the same for the life of the process. */
export interface MemoryKey {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly fromMs: number;
}

/** A run is signed when its answer has ended, and may have begun long before the key was made. */
const LONGEST_RUN_MS = 60 * 60_000;
/** Earlier processes signed with a key that is given, and what they signed may still lie in the spool. */
const LONGEST_SPOOLED_MS = 30 * 24 * 60 * 60_000;

export const newMemoryKey = (): MemoryKey => ({ seed: new Uint8Array(randomBytes(32)), fromMs: Date.now() });

/** Never throws: with a key that cannot be read, runs are signed with one that lives as long as the process. `warn` says so. */
export function openGatewayKey(settings: KeySettings, memory: MemoryKey, warn: (text: string) => void): GatewayKey {
  const { signingKey: given, signingKeyFile: file } = settings;
  const inMemory = { key: signingKey(memory.seed), fromMs: memory.fromMs - LONGEST_RUN_MS };
  if (given !== undefined) {
    const seed = seedIn(given);
    if (seed) return { key: signingKey(seed), fromMs: memory.fromMs - LONGEST_SPOOLED_MS };
    warn('signing_key is no Ed25519 private key (PEM, or 32 bytes in hex or base64): this process signs with a key of its own');
    return inMemory;
  }
  if (file === undefined) return inMemory;
  try {
    return openFile(file, warn);
  } catch (thrown) {
    const { code = 'damaged' } = thrown as { code?: string };
    warn(`the signing key in ${file} cannot be used (${code}): this process signs with a key of its own`);
    return inMemory;
  }
}

function openFile(file: string, warn: (text: string) => void): GatewayKey {
  if (!fs.existsSync(file)) createFile(file);
  const seed = seedIn(fs.readFileSync(file, 'utf8'));
  if (!seed) throw new Error('No Ed25519 private key');
  const { mode, mtimeMs } = fs.statSync(file);
  if ((mode & 0o077) !== 0) warn(`the signing key in ${file} can be read by others: chmod 600, or remove it for a new one`);
  return { key: signingKey(seed), fromMs: Math.floor(mtimeMs) - LONGEST_RUN_MS };
}

/** Whole or not at all, and never over another: several processes may start at once. */
function createFile(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  const { privateKey } = signingKey(randomBytes(32));
  const handle = fs.openSync(unfinished, 'wx', 0o600);
  try {
    fs.writeFileSync(handle, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  try {
    fs.linkSync(unfinished, file);
  } catch (thrown) {
    // Another process was faster: its key is everybody's.
    if ((thrown as { code?: string }).code !== 'EEXIST') throw thrown;
  } finally {
    fs.rmSync(unfinished, { force: true });
  }
}

/** The 32 bytes of a private key in a text; undefined where it holds none. */
function seedIn(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('-----BEGIN')) return seedOfPem(trimmed);
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined;
  return bytes?.length === 32 ? bytes : undefined;
}

function seedOfPem(pem: string): Buffer | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return undefined;
  }
  const seed = key.asymmetricKeyType === 'ed25519' ? key.export({ format: 'jwk' }).d : undefined;
  return seed === undefined ? undefined : Buffer.from(seed, 'base64url');
}
