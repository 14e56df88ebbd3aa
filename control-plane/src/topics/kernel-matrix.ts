// How alike texts are, all pairs at once: cosine of the embeddings with half of what all texts have in common taken out, plus
// a small share of rare words in common; then every text is moved towards its nearest ones, which thins out what lies between topics.
import { wordStems } from './words.ts';

/** A text as consolidation sees it. */
export interface TextPoint {
  /** Unit length. */
  readonly vector: Float32Array;
  /** Redacted; empty where the policy keeps no text. */
  readonly text: string;
}

export interface SimilarityOptions {
  /** Share of the mean vector that is taken out of each vector. */
  readonly centre: number;
  /** Weight of words in common beside the embedding. */
  readonly words: number;
  /** How many nearest texts each text is moved towards. */
  readonly neighbours: number;
}

/** Words of more than this share of all texts tell nothing about a pair. */
const COMMON_SHARE = 0.1;

/** Cosines of smoothed texts, row-major n × n. Time O(n² · dimensions), memory two matrices. */
export function smoothedSimilarity(points: readonly TextPoint[], options: SimilarityOptions): Float32Array {
  const similarity = plainSimilarity(points, options);
  return smooth(similarity, points.length, options.neighbours);
}

function plainSimilarity(points: readonly TextPoint[], { centre, words }: SimilarityOptions): Float32Array {
  const n = points.length;
  const none = new Float32Array(0);
  const vectors = centred(points, centre);
  const matrix = new Float32Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const vector = vectors[i] ?? none;
    for (let j = 0; j <= i; j += 1) matrix[i * n + j] = dot(vector, vectors[j] ?? none);
  }
  if (words > 0) addWords(matrix, points, words);
  const scale = Float64Array.from(points, (_, i) => 1 / Math.sqrt(Math.max(matrix[i * n + i] ?? 0, 1e-12)));
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const value = (matrix[i * n + j] ?? 0) * (scale[i] ?? 0) * (scale[j] ?? 0);
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    }
  }
  return matrix;
}

function centred(points: readonly TextPoint[], share: number): Float32Array[] {
  const dimensions = points[0]?.vector.length ?? 0;
  const mean = new Float64Array(dimensions);
  for (const { vector } of points) for (let d = 0; d < dimensions; d += 1) mean[d] = (mean[d] ?? 0) + (vector[d] ?? 0) / points.length;
  return points.map(({ vector }) => {
    const moved = vector.map((value, d) => value - share * (mean[d] ?? 0));
    const norm = Math.sqrt(dot(moved, moved)) || 1;
    return moved.map((value) => value / norm);
  });
}

/** Adds the weighted cosine of sublinear tf-idf word vectors to the lower triangle, word by word. */
function addWords(matrix: Float32Array, points: readonly TextPoint[], weight: number): void {
  const n = points.length;
  const postings = new Map<string, number[]>();
  points.forEach(({ text }, i) => {
    for (const word of wordStems(text)) {
      const list = postings.get(word);
      if (list) list.push(i);
      else postings.set(word, [i]);
    }
  });
  const telling = [...postings.values()].filter((list) => list.length <= Math.max(2, COMMON_SHARE * n));
  const idf = (list: readonly number[]): number => Math.log((1 + n) / (1 + list.length)) + 1;
  const norms = new Float64Array(n);
  for (const list of telling) for (const i of list) norms[i] = (norms[i] ?? 0) + idf(list) ** 2;
  for (const list of telling) {
    const value = weight * idf(list) ** 2;
    for (const i of list) {
      for (const j of list) {
        if (j > i) break;
        matrix[i * n + j] = (matrix[i * n + j] ?? 0) + value / Math.sqrt((norms[i] ?? 0) * (norms[j] ?? 0));
      }
    }
  }
}

/** As if each vector were replaced by its sum with its nearest ones, weighted by cosine; done on similarities alone. */
function smooth(matrix: Float32Array, n: number, neighbours: number): Float32Array {
  const weights = nearest(matrix, n, neighbours);
  const result = new Float32Array(n * n);
  const row = new Float32Array(n);
  for (let i = 0; i < n; i += 1) {
    row.fill(0);
    for (const { index, weight } of weights[i] ?? []) {
      const start = index * n;
      for (let j = 0; j < n; j += 1) row[j] = (row[j] ?? 0) + weight * (matrix[start + j] ?? 0);
    }
    for (let k = 0; k < n; k += 1) {
      let value = 0;
      for (const { index, weight } of weights[k] ?? []) value += weight * (row[index] ?? 0);
      result[i * n + k] = value;
    }
  }
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(Math.max(result[i * n + i] ?? 0, 1e-12)));
  for (let i = 0; i < n; i += 1)
    for (let k = 0; k < n; k += 1) result[i * n + k] = (result[i * n + k] ?? 0) * (scale[i] ?? 0) * (scale[k] ?? 0);
  return result;
}

interface Neighbour {
  readonly index: number;
  readonly weight: number;
}

/** Each text itself with weight 1, and its nearest ones; of equally near ones the earlier. */
function nearest(matrix: Float32Array, n: number, count: number): Neighbour[][] {
  return Array.from({ length: n }, (_, i) => {
    const found: Neighbour[] = [];
    for (let j = 0; j < n; j += 1) {
      const weight = matrix[i * n + j] ?? 0;
      if (j === i || weight <= 0 || (found.length === count && weight <= (found.at(-1)?.weight ?? 0))) continue;
      const at = found.findIndex((one) => one.weight < weight);
      found.splice(at < 0 ? found.length : at, 0, { index: j, weight });
      if (found.length > count) found.pop();
    }
    return [{ index: i, weight: 1 }, ...found];
  });
}

/** Inner product; four sums side by side, as engines do not reorder additions themselves. */
export function dot(a: Float32Array, b: Float32Array): number {
  const whole = a.length - (a.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let d = 0; d < whole; d += 4) {
    s0 += (a[d] ?? 0) * (b[d] ?? 0);
    s1 += (a[d + 1] ?? 0) * (b[d + 1] ?? 0);
    s2 += (a[d + 2] ?? 0) * (b[d + 2] ?? 0);
    s3 += (a[d + 3] ?? 0) * (b[d + 3] ?? 0);
  }
  for (let d = whole; d < a.length; d += 1) s0 += (a[d] ?? 0) * (b[d] ?? 0);
  return s0 + s1 + s2 + s3;
}
