import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_ROOT,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../../../../control-plane/src/identity/log/merkle.ts';
import { consistencyProof, inclusionProof, rootOf } from '../../../../../control-plane/src/identity/log/prove.ts';
import { memoryTree } from '../../../../support/memory-tree.ts';

const leafOf = (index: number): Buffer => createHash('sha256').update(String(index)).digest();

/** The definition of RFC 6962 §2.1, word for word. */
function plainRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  const [only] = leaves;
  if (leaves.length === 1 && only) return leafHash(only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(plainRoot(leaves.slice(0, split)), plainRoot(leaves.slice(split)));
}

const leaves = Array.from({ length: 1_100 }, (_, index) => leafOf(index));
const tree = memoryTree();
tree.add(leaves);
const roots = new Map<number, Buffer>();
const plain = (size: number): Buffer => {
  const root = roots.get(size) ?? plainRoot(leaves.slice(0, size));
  roots.set(size, root);
  return root;
};

describe('Merkle tree in tiles', () => {
  it('has the root that RFC 6962 defines, at every size', async () => {
    expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const size of [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 768, 1_000, 1_099, 1_100]) {
      expect((await rootOf(tree, size)).equals(plain(size)), `size ${size}`).toBe(true);
    }
  });

  it('is the same however its leaves came in batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 6 }), async (batches) => {
        const grown = memoryTree();
        let size = 0;
        for (const count of batches) {
          const batch = Array.from({ length: count }, (_, index) => leafOf(size + index));
          grown.add(batch);
          size += count;
        }
        const whole = memoryTree();
        whole.add(Array.from({ length: size }, (_, index) => leafOf(index)));
        expect((await rootOf(grown, size)).equals(await rootOf(whole, size))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('proofs', () => {
  const sizes = fc.integer({ min: 1, max: leaves.length });

  it('of inclusion lead to the root for every leaf, and for no other leaf, place, size or root', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, chosen, other) => {
        const index = chosen % size;
        const path = await inclusionProof(tree, index, size);
        const leaf = leafHash(leafOf(index));
        expect(verifyInclusion(leaf, index, size, plain(size), path)).toBe(true);
        expect(verifyInclusion(leafHash(leafOf(leaves.length + other)), index, size, plain(size), path)).toBe(false);
        const elsewhere = other % (size + 2);
        if (elsewhere !== index) expect(verifyInclusion(leaf, elsewhere, size, plain(size), path)).toBe(false);
        expect(verifyInclusion(leaf, index, size, leafOf(0), path)).toBe(false);
        expect(verifyInclusion(leaf, index, size, plain(size), [...path, leafOf(1)])).toBe(false);
        if (path.length > 0) expect(verifyInclusion(leaf, index, size, plain(size), path.slice(1))).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('of consistency hold between any two sizes, and not for another history', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (newSize, chosen) => {
        const oldSize = chosen % (newSize + 1);
        const path = await consistencyProof(tree, oldSize, newSize);
        expect(verifyConsistency(oldSize, newSize, plain(oldSize), plain(newSize), path)).toBe(true);
        if (oldSize > 0) expect(verifyConsistency(oldSize, newSize, leafOf(7), plain(newSize), path)).toBe(false);
        // Every history continues the empty one.
        if (oldSize > 0) expect(verifyConsistency(oldSize, newSize, plain(oldSize), leafOf(7), path)).toBe(false);
        expect(verifyConsistency(oldSize, newSize, plain(oldSize), plain(newSize), [...path, leafOf(7)])).toBe(false);
        if (path.length > 0) expect(verifyConsistency(oldSize, newSize, plain(oldSize), plain(newSize), path.slice(1))).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('never throw on what an attacker sends', () => {
    const hostile = fc.oneof(fc.nat(), fc.integer(), fc.double(), fc.constantFrom(NaN, Infinity, -1, 2 ** 53, 2 ** 60));
    fc.assert(
      fc.property(hostile, hostile, fc.array(fc.uint8Array({ minLength: 0, maxLength: 40 }), { maxLength: 70 }), (a, b, path) => {
        expect(verifyInclusion(leafOf(0), a, b, leafOf(1), path)).toBe(false);
        if (a !== b && a !== 0) expect(verifyConsistency(a, b, leafOf(0), leafOf(1), path)).toBe(false);
      }),
    );
  });
});
