// C2SP tlog-tiles: the tree as files of 256 hashes. A tile of level L holds hashes of tree level 8·L, each the root of a
// whole subtree of 256^L leaves; hashes between are computed from a tile when they are needed.
import { HASH_BYTES, leafHash, nodeHash } from './merkle.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Level "entries" holds what the leaves are made of, not hashes. */
export type TileLevel = number | 'entries';

interface TileName {
  readonly level: TileLevel;
  readonly number: number;
  /** Hashes or entries in it, 1…256. */
  readonly width: number;
}

const MAX_LEVEL = 5;

/** `<level>/<number>[.p/<width>]`: the number in groups of three digits, all but the last marked with x. */
export function tilePath({ level, number, width }: TileName): string {
  const digits = String(number);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g) ?? [];
  const path = groups.map((group, index) => (index < groups.length - 1 ? `x${group}` : group)).join('/');
  return `${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile that a path names; undefined for any other text, also for a second spelling of the same tile. */
export function parseTilePath(path: string): TileName | undefined {
  const match = /^(entries|\d)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!match) return undefined;
  const [, level = '', groups = '', width] = match;
  const name: TileName = {
    level: level === 'entries' ? 'entries' : Number(level),
    number: Number(groups.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const isKnown = name.level === 'entries' || name.level <= MAX_LEVEL;
  return isKnown && tilePath(name) === path ? name : undefined;
}

/** A hash of the tree: the root of the whole subtree over leaves [index·2^level, (index+1)·2^level). */
export interface Node {
  readonly level: number;
  readonly index: number;
}

export interface TileAddress {
  readonly level: number;
  readonly number: number;
}

export const tileKey = ({ level, number }: TileAddress): string => `${level}/${number}`;

/** The tile that a node can be computed from. */
export function tileOf({ level, index }: Node): TileAddress {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const perTile = 2 ** (TILE_HEIGHT - (level - tileLevel * TILE_HEIGHT));
  return { level: tileLevel, number: Math.floor(index / perTile) };
}

/** Throws RangeError where the tile does not reach that far. */
export function nodeInTile(node: Node, tile: Uint8Array): Buffer {
  const { level, number } = tileOf(node);
  const width = 2 ** (node.level - level * TILE_HEIGHT);
  const start = node.index * width - number * TILE_WIDTH;
  if ((start + width) * HASH_BYTES > tile.length) throw new RangeError(`The tile ${level}/${number} ends before the hash that is wanted`);
  return fold(tile, start, width);
}

function fold(tile: Uint8Array, start: number, width: number): Buffer {
  if (width === 1) return Buffer.from(tile.subarray(start * HASH_BYTES, (start + 1) * HASH_BYTES));
  return nodeHash(fold(tile, start, width / 2), fold(tile, start + width / 2, width / 2));
}

/** The unfinished tiles of a tree, which the next leaf changes: one a level, none where the level ends with a full tile. */
export function edgeTiles(size: number): TileAddress[] {
  const edge: TileAddress[] = [];
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    if (count % TILE_WIDTH !== 0) edge.push({ level, number: Math.floor(count / TILE_WIDTH) });
  }
  return edge;
}

interface GrownTile extends TileAddress {
  /** All hashes of the tile, those that were there before included. */
  readonly hashes: Buffer;
}

/**
 * The tiles that change when leaves are added to a tree.
 *
 * @param size leaves before
 * @param edge the tiles that `edgeTiles(size)` names, whole
 * @param leaves data of the new leaves, not their hashes
 */
export function growTree(size: number, edge: ReadonlyMap<string, Uint8Array>, leaves: readonly Uint8Array[]): GrownTile[] {
  const grown: GrownTile[] = [];
  let hashes: Buffer[] = leaves.map(leafHash);
  for (let level = 0, count = size; hashes.length > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    const above: Buffer[] = [];
    let number = Math.floor(count / TILE_WIDTH);
    let filled = count % TILE_WIDTH;
    for (let taken = 0; taken < hashes.length; number += 1, filled = 0) {
      const added = hashes.slice(taken, taken + TILE_WIDTH - filled);
      taken += added.length;
      const before = filled === 0 ? Buffer.alloc(0) : edge.get(tileKey({ level, number }));
      if (before?.length !== filled * HASH_BYTES) throw new RangeError(`The tile ${level}/${number} is not as long as the tree says`);
      const tile = Buffer.concat([before, ...added]);
      grown.push({ level, number, hashes: tile });
      if (tile.length === TILE_WIDTH * HASH_BYTES) above.push(fold(tile, 0, TILE_WIDTH));
    }
    hashes = above;
  }
  return grown;
}

/** An entry bundle: each entry with its length before it, two bytes, big-endian. Leaves have 32 bytes. */
export function entryBundle(leaves: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  const length = Buffer.from([0, HASH_BYTES]);
  for (let at = 0; at < leaves.length; at += HASH_BYTES) parts.push(length, Buffer.from(leaves.subarray(at, at + HASH_BYTES)));
  return Buffer.concat(parts);
}
