// Word vectors whose sum points where the model's vector of the whole sentence points.

export interface Lesson {
  readonly tokens: readonly number[];
  /** Unit length. */
  readonly target: Float32Array;
}

const EPOCHS = 5;
const RATE = 0.05;
/** Keeps the first steps of a token small. */
const CAUTION = 1e-3;

/** Changes `vectors` (one after the other) by gradient descent on 1 − cosine; every token has a step of its own, that shrinks. */
export function learn(vectors: Float32Array, dimensions: number, lessons: readonly Lesson[], say: (line: string) => void): void {
  const seen = new Float32Array(vectors.length / dimensions);
  const order = Int32Array.from(lessons, (_, at) => at);
  const random = generator();
  const sum = new Float32Array(dimensions);
  for (let epoch = 1; epoch <= EPOCHS; epoch += 1) {
    shuffle(order, random);
    let loss = 0;
    for (const at of order) {
      const lesson = lessons[at];
      if (lesson && lesson.tokens.length > 0) loss += step(vectors, seen, lesson, sum);
    }
    say(`epoch ${epoch}: mean distance ${(loss / lessons.length).toFixed(4)}`);
  }
}

function step(vectors: Float32Array, seen: Float32Array, { tokens, target }: Lesson, sum: Float32Array): number {
  const size = sum.length;
  sum.fill(0);
  for (const token of tokens) for (let k = 0; k < size; k += 1) sum[k] = (sum[k] as number) + (vectors[token * size + k] as number);
  let [square, along] = [0, 0];
  for (let k = 0; k < size; k += 1) {
    square += (sum[k] as number) ** 2;
    along += (sum[k] as number) * (target[k] as number);
  }
  const norm = Math.sqrt(square) || 1e-9;
  const cosine = along / norm;
  let steepness = 0;
  for (let k = 0; k < size; k += 1) {
    const slope = ((target[k] as number) - (cosine * (sum[k] as number)) / norm) / norm;
    sum[k] = slope;
    steepness += slope * slope;
  }
  for (const token of tokens) {
    seen[token] = (seen[token] as number) + steepness;
    const rate = RATE / Math.sqrt(seen[token] + CAUTION);
    for (let k = 0; k < size; k += 1) vectors[token * size + k] = (vectors[token * size + k] as number) + rate * (sum[k] as number);
  }
  return 1 - cosine;
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const value = order[i] as number;
    order[i] = order[j] as number;
    order[j] = value;
  }
}

/** The same numbers every time. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
