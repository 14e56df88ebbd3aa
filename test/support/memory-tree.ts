// A log's tiles in memory.
import type { TileReader } from '../../control-plane/src/identity/index.ts';
import { edgeTiles, growTree, tileKey } from '../../control-plane/src/identity/index.ts';

export interface MemoryTree extends TileReader {
  readonly size: number;
  add(leaves: readonly Uint8Array[]): void;
}

export function memoryTree(): MemoryTree {
  const tiles = new Map<string, Uint8Array>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(leaves) {
      const edge = new Map(
        edgeTiles(size).flatMap((tile) =>
          tiles.has(tileKey(tile)) ? [[tileKey(tile), tiles.get(tileKey(tile)) ?? new Uint8Array()]] : [],
        ),
      );
      for (const tile of growTree(size, edge, leaves)) tiles.set(tileKey(tile), tile.hashes);
      size += leaves.length;
    },
    tiles: (addresses) =>
      Promise.resolve(
        new Map(
          addresses.flatMap((address) => {
            const hashes = tiles.get(tileKey(address));
            return hashes === undefined ? [] : [[tileKey(address), hashes] as const];
          }),
        ),
      ),
  };
}
