// Hierarchical clustering by Ward's criterion with the nearest-neighbour chain: O(n²) time, no tie left to chance.

export interface Merge {
  /** Nodes 0 … n−1 are the points, n + i is what merge i made. */
  readonly left: number;
  readonly right: number;
  /** Ward's distance: √(2ab/(a+b)) times the distance of the centroids. */
  readonly height: number;
  readonly leftSize: number;
  readonly rightSize: number;
}

interface RawMerge {
  readonly a: number;
  readonly b: number;
  readonly squared: number;
}

/** @param similarity cosines of unit vectors, row-major n × n; is overwritten. Merges come with growing height. */
export function wardTree(similarity: Float32Array, n: number): Merge[] {
  const distance = similarity;
  for (let i = 0; i < distance.length; i += 1) distance[i] = Math.max(0, 2 - 2 * (distance[i] ?? 0));
  return ordered(chain(distance, n), n);
}

function chain(distance: Float32Array, n: number): RawMerge[] {
  const size = new Float64Array(n).fill(1);
  const alive = Uint8Array.from({ length: n }, () => 1);
  const stack: number[] = [];
  const merges: RawMerge[] = [];
  let first = 0;
  while (merges.length < n - 1) {
    if (stack.length === 0) {
      while (!alive[first]) first += 1;
      stack.push(first);
    }
    const [before, top] = [stack.at(-2), stack.at(-1) ?? first];
    const near = nearestOf(distance, n, alive, top, before);
    if (near !== before) {
      stack.push(near);
      continue;
    }
    stack.length -= 2;
    const [kept, gone] = top < near ? [top, near] : [near, top];
    merges.push({ a: kept, b: gone, squared: distance[kept * n + gone] ?? 0 });
    join(distance, n, { alive, size, kept, gone });
  }
  return merges;
}

/** The one before on the chain wins ties: otherwise the chain could run in a circle. */
function nearestOf(distance: Float32Array, n: number, alive: Uint8Array, of: number, before: number | undefined): number {
  let near = before ?? -1;
  let least = before === undefined ? Infinity : (distance[of * n + before] ?? 0);
  for (let j = 0; j < n; j += 1) {
    if (alive[j] === 0 || j === of) continue;
    const value = distance[of * n + j] ?? 0;
    if (value < least) [least, near] = [value, j];
  }
  return near;
}

/** Lance and Williams' update for Ward, on squared distances. */
function join(
  distance: Float32Array,
  n: number,
  { alive, size, kept, gone }: { alive: Uint8Array; size: Float64Array; kept: number; gone: number },
): void {
  const [a, b, between] = [size[kept] ?? 0, size[gone] ?? 0, distance[kept * n + gone] ?? 0];
  alive[gone] = 0;
  size[kept] = a + b;
  for (let j = 0; j < n; j += 1) {
    if (alive[j] === 0 || j === kept) continue;
    const c = size[j] ?? 0;
    const value = ((a + c) * (distance[kept * n + j] ?? 0) + (b + c) * (distance[gone * n + j] ?? 0) - c * between) / (a + b + c);
    distance[kept * n + j] = value;
    distance[j * n + kept] = value;
  }
}

/** The chain finds merges out of order; sorted by height they make a tree. */
function ordered(merges: readonly RawMerge[], n: number): Merge[] {
  const sorted = merges.map((merge, order) => ({ ...merge, order })).sort((x, y) => x.squared - y.squared || x.order - y.order);
  const root = Int32Array.from({ length: n }, (_, i) => i);
  const node = Int32Array.from({ length: n }, (_, i) => i);
  const size = new Int32Array(n).fill(1);
  const find = (i: number): number => {
    let at = i;
    for (let up = root[at] ?? at; up !== at; up = root[at] ?? at) {
      root[at] = root[up] ?? up;
      at = up;
    }
    return at;
  };
  return sorted.map(({ a, b, squared }, index) => {
    const [left, right] = [find(a), find(b)];
    const merge = {
      left: node[left] ?? 0,
      right: node[right] ?? 0,
      height: Math.sqrt(Math.max(0, squared)),
      leftSize: size[left] ?? 0,
      rightSize: size[right] ?? 0,
    };
    root[right] = left;
    node[left] = n + index;
    size[left] = (size[left] ?? 0) + (size[right] ?? 0);
    return merge;
  });
}
