// A linear map from embeddings to a few dimensions in which the turns of one conversation lie close together. Embeddings of
// prompts mostly tell how something is asked; the map keeps what it is asked about.
import { lastOf } from '../last.ts';
import type { TurnRecord } from '../record.ts';
import { dot } from '../vector.ts';

/** As training writes it: one signed byte for each cell, base64, dimension after dimension. */
export interface ProjectionWeights {
  /** Length of the embeddings it reads. */
  readonly from: number;
  /** What a byte of each dimension stands for. */
  readonly scales: readonly number[];
  readonly cells: string;
  /** What an average prompt and an average answer are mapped to: taken away before anything is compared. */
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
}

/** What a thread's newest turns are about. Vectors of unit length, undefined where one is missing. */
export interface Matter {
  readonly prompts: readonly (Float32Array | undefined)[];
  readonly answers: readonly (Float32Array | undefined)[];
  /** Older ones weigh less. */
  readonly middleOfPrompts: Float32Array;
  readonly middle: Float32Array;
}

export class Projection {
  readonly #weights: ProjectionWeights;
  readonly #directions: readonly Float32Array[];
  /** By embedding: those of a thread's turns are compared with each later request. */
  readonly #known = { prompt: new WeakMap<Float32Array, Float32Array>(), answer: new WeakMap<Float32Array, Float32Array>() };

  /** By a thread's newest turn: most threads do not change from one request to the next. */
  readonly #matters = new WeakMap<
    TurnRecord,
    { readonly oldest: TurnRecord | undefined; readonly answer: unknown; readonly matter: Matter }
  >();

  constructor(weights: ProjectionWeights) {
    this.#weights = weights;
    const cells = new Int8Array(Buffer.from(weights.cells, 'base64'));
    this.#directions = weights.scales.map((scale, j) =>
      Float32Array.from(cells.subarray(j * weights.from, (j + 1) * weights.from), (cell) => cell * scale),
    );
  }

  /** Unit length. Embeddings of another model stay as they are: there nothing was learned. */
  of(vector: Float32Array, kind: 'prompt' | 'answer'): Float32Array {
    if (vector.length !== this.#weights.from) return vector;
    const known = this.#known[kind].get(vector);
    if (known !== undefined) return known;
    const average = this.#weights[kind];
    const projected = new Float32Array(this.#directions.length);
    for (let j = 0; j < projected.length; j++) projected[j] = dot(vector, this.#directions[j] ?? vector) - (average[j] ?? 0);
    const length = Math.sqrt(dot(projected, projected));
    if (length > 0) for (let j = 0; j < projected.length; j++) projected[j] = (projected[j] ?? 0) / length;
    this.#known[kind].set(vector, projected);
    return projected;
  }

  /** What the turns of a tail are about, worked out when it is first asked for. */
  known(tail: readonly TurnRecord[], workOut: () => Matter): Matter {
    const newest = lastOf(tail);
    if (newest === undefined) return workOut();
    const before = this.#matters.get(newest);
    if (before !== undefined && before.oldest === tail[0] && before.answer === newest.answerVector) return before.matter;
    const matter = workOut();
    this.#matters.set(newest, { oldest: tail[0], answer: newest.answerVector, matter });
    return matter;
  }
}
