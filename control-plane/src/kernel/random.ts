import { randomBytes } from 'node:crypto';

/** Cryptographically strong randomness, as a port. */
export interface Randomness {
  bytes(count: number): Uint8Array;
}

export const systemRandomness: Randomness = { bytes: (count) => randomBytes(count) };

/** Lower-case hex of `count` random bytes. */
export function randomHex(randomness: Randomness, count: number): string {
  return Buffer.from(randomness.bytes(count)).toString('hex');
}
