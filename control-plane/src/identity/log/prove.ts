// Proofs and roots out of a log's tiles: first which subtrees a proof is made of (RFC 6962 §2.1), then their hashes.
import { EMPTY_ROOT, nodeHash, splitPoint } from './merkle.ts';
import { nodeInTile, tileKey, tileOf, type Node, type TileAddress } from './tiles.ts';

/** Reads tiles; a partial tile is answered with as many hashes as there are, undefined where there is none. */
export interface TileReader {
  tiles(addresses: readonly TileAddress[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Leaves from `start` up to `end`, a subtree of the tree as RFC 6962 splits it. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Hash of the tree's first `size` leaves. */
export async function rootOf(reader: TileReader, size: number): Promise<Buffer> {
  const [root] = size === 0 ? [EMPTY_ROOT] : await hashesOf(reader, [{ start: 0, end: size }]);
  return root ?? EMPTY_ROOT;
}

/** From the leaf's sibling up to the child of the root. `index` is below `size`. */
export async function inclusionProof(reader: TileReader, index: number, size: number): Promise<Buffer[]> {
  return hashesOf(reader, inclusionRanges(index, { start: 0, end: size }));
}

/** 0 ≤ `oldSize` ≤ `newSize`. */
export async function consistencyProof(reader: TileReader, oldSize: number, newSize: number): Promise<Buffer[]> {
  if (oldSize === 0 || oldSize === newSize) return [];
  return hashesOf(reader, consistencyRanges(oldSize, { start: 0, end: newSize }, true));
}

function inclusionRanges(index: number, { start, end }: Range): Range[] {
  if (end - start <= 1) return [];
  const middle = start + splitPoint(end - start);
  return index < middle
    ? [...inclusionRanges(index, { start, end: middle }), { start: middle, end }]
    : [...inclusionRanges(index, { start: middle, end }), { start, end: middle }];
}

/** SUBPROOF of RFC 6962; `isWhole`: the part so far is the old tree itself, whose root the verifier has. */
function consistencyRanges(oldEnd: number, { start, end }: Range, isWhole: boolean): Range[] {
  if (oldEnd === end) return isWhole ? [] : [{ start, end }];
  const middle = start + splitPoint(end - start);
  return oldEnd <= middle
    ? [...consistencyRanges(oldEnd, { start, end: middle }, isWhole), { start: middle, end }]
    : [...consistencyRanges(oldEnd, { start: middle, end }, false), { start, end: middle }];
}

/** The whole subtrees that make up a range, from left to right, each smaller than the one before. */
function wholeSubtrees({ start, end }: Range): Node[] {
  const nodes: Node[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    while (at + 2 ** (level + 1) <= end) level += 1;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

async function hashesOf(reader: TileReader, ranges: readonly Range[]): Promise<Buffer[]> {
  const subtrees = ranges.map(wholeSubtrees);
  const addresses = new Map(subtrees.flat().map((node) => [tileKey(tileOf(node)), tileOf(node)]));
  const tiles = await reader.tiles([...addresses.values()]);
  return subtrees.map((nodes) =>
    nodes
      .map((node) => {
        const key = tileKey(tileOf(node));
        const tile = tiles.get(key);
        if (!tile) throw new RangeError(`The log has no tile ${key}`);
        return nodeInTile(node, tile);
      })
      // The smaller ones on the right first: their hash is the right child of the one before.
      .reduceRight((right, left) => nodeHash(left, right)),
  );
}
