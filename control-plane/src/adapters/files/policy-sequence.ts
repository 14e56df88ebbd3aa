import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { publicKeyPem, signingKey, signPolicy } from '#contract';
import { ClewError, type Clock } from '../../kernel/index.ts';
import type { PolicySigner } from '../../policies/index.ts';

interface Noted {
  readonly digest: string;
  readonly sequence: number;
}

/**
 * Signs policies with a number that grows with each that is served and is on the disk before it is. It lies beside the keys,
 * apart from the database, and is never behind the clock: neither a restored database nor a restored folder makes
 * gateways refuse the next policy. The public key, which gateways are given, is written beside it.
 */
export function policySigner(folder: string, seed: Uint8Array, clock: Clock): PolicySigner {
  const key = signingKey(seed);
  const file = path.join(folder, 'policy.sequence');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, 'policy.pub'), publicKeyPem(key.publicKey));
  let noted = read(file);
  return {
    sign(digest) {
      if (noted?.digest !== digest) {
        const next = { digest, sequence: Math.max((noted?.sequence ?? 0) + 1, clock.nowMs()) };
        write(file, next);
        noted = next;
      }
      return signPolicy({ policy: digest, sequence: noted.sequence }, key);
    },
  };
}

function read(file: string): Noted | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { digest, sequence } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Noted>;
    return typeof digest === 'string' && Number.isSafeInteger(sequence) ? { digest, sequence: sequence as number } : undefined;
  } catch {
    // Cut off by a crash of the disk: the clock is ahead of whatever it said.
    return undefined;
  }
}

function write(file: string, noted: Noted): void {
  const fresh = `${file}.fresh`;
  try {
    const descriptor = openSync(fresh, 'w', 0o600);
    try {
      writeSync(descriptor, JSON.stringify(noted));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, file);
  } catch (cause) {
    throw new ClewError('unavailable', 'the number of the policy cannot be noted; gateways keep the one they have', { cause });
  }
}
