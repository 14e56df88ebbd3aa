// The Merkle tree of RFC 6962 §2: hashes, and what a verifier computes from a proof. Pure; nothing here reads a log.
//
// Everything a proof holds is attacker-controlled: lengths, hashes, indexes. A check answers false, and never throws,
// whatever it is given. Sizes are JavaScript numbers below 2^53, so no bit operators (they cut to 32 bits).
import { hash } from 'node:crypto';

export const HASH_BYTES = 32;
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** Root of a tree without leaves. */
export const EMPTY_ROOT: Buffer = sha256();

export const leafHash = (data: Uint8Array): Buffer => sha256(LEAF, data);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/** Largest power of two below `size`; `size` is at least 2. */
export function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** RFC 9162 §2.1.3.2: the leaf stands at `index` of the tree of `size` leaves with this root. */
export function verifyInclusion(leaf: Uint8Array, index: number, size: number, root: Uint8Array, path: readonly Uint8Array[]): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || !path.every(isHash)) return false;
  let [node, last] = [index, size - 1];
  let found: Uint8Array = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      found = nodeHash(sibling, found);
      // The right edge: levels at which it has no sibling are passed over.
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else {
      found = nodeHash(found, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && Buffer.compare(found, root) === 0;
}

/** RFC 9162 §2.1.4.2: the tree with `newRoot` continues the one with `oldRoot`; nothing before was changed or taken out. */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize || !path.every(isHash)) return false;
  if (oldSize === newSize) return path.length === 0 && Buffer.compare(oldRoot, newRoot) === 0;
  if (oldSize === 0) return path.length === 0 && EMPTY_ROOT.equals(oldRoot);
  let [node, last] = [oldSize - 1, newSize - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  // The old tree is a whole subtree of the new one: its root is the first hash, which a proof then leaves out.
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : path;
  if (first === undefined) return false;
  let [oldFound, newFound]: [Uint8Array, Uint8Array] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [oldFound, newFound] = [nodeHash(sibling, oldFound), nodeHash(sibling, newFound)];
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else {
      newFound = nodeHash(newFound, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && Buffer.compare(oldFound, oldRoot) === 0 && Buffer.compare(newFound, newRoot) === 0;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isHash = (value: Uint8Array): boolean => value.length === HASH_BYTES;

function isPowerOfTwo(value: number): boolean {
  let power = 1;
  while (power < value) power *= 2;
  return power === value;
}
