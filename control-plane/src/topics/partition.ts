// Which texts make a topic, decided over many texts at once.
import { smoothedSimilarity, type SimilarityOptions, type TextPoint } from './kernel-matrix.ts';
import { wardTree, type Merge } from './ward.ts';

/** For each text the number of its group; groups are numbered by their first text. Topics lie whole within one parent. */
export interface Partition {
  readonly topics: Int32Array;
  readonly parents: Int32Array;
}

export interface PartitionOptions extends SimilarityOptions {
  /** Two halves further apart than this are two topics. */
  readonly cutAt: number;
  /** The same for parents. */
  readonly parentCutAt: number;
}

export const PARTITION: PartitionOptions = { centre: 0.5, words: 0.07, neighbours: 5, cutAt: 1.24, parentCutAt: 2.2 };

/** Pure and deterministic. Time O(n² · dimensions), memory 8 n² bytes. */
export function partition(points: readonly TextPoint[], options: PartitionOptions = PARTITION): Partition {
  const n = points.length;
  const tree = wardTree(smoothedSimilarity(points, options), n);
  return { topics: cut(tree, n, options.cutAt), parents: cut(tree, n, options.parentCutAt) };
}

/**
 * Ward's own height grows with the root of the number of texts, so that one height would cut few texts into too few
 * topics and many into too many; the plain distance of centroids shrinks, as small groups lie further out by chance.
 * What is cut at is half-way between the two, the fourth root of the size times the distance: it moves least with n.
 */
const spread = ({ height, leftSize, rightSize }: Merge): number => height / ((2 * leftSize * rightSize) / (leftSize + rightSize)) ** 0.25;

/** A node stays whole when neither it nor anything below it is spread further than allowed. */
export function cut(tree: readonly Merge[], n: number, at: number): Int32Array {
  const widest = new Float64Array(n + tree.length);
  tree.forEach((merge, i) => {
    widest[n + i] = Math.max(spread(merge), widest[merge.left] ?? 0, widest[merge.right] ?? 0);
  });
  const group = new Int32Array(n + tree.length).fill(-1);
  for (const [i, merge] of [...tree.entries()].reverse()) {
    const node = n + i;
    if (group[node] === -1 && (widest[node] ?? 0) <= at) group[node] = node;
    if (group[node] === -1) continue;
    group[merge.left] = group[node] ?? -1;
    group[merge.right] = group[node] ?? -1;
  }
  return numbered(group.subarray(0, n));
}

function numbered(groups: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return groups.map((group, i) => {
    const key = group === -1 ? -2 - i : group;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}
