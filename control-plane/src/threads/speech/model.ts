/**
 * A softmax over numbers with names and, where `vector` is present, an embedding. One weight per label and number, in the
 * order of `labels`.
 */
export interface SpeechModel {
  readonly labels: readonly string[];
  readonly bias: readonly number[];
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly vector?: readonly (readonly number[])[];
}

const NO_WEIGHTS: readonly number[] = [];

/** Scores in log-odds up to a constant, in the order of the labels. A vector of another length than the model's counts as none. */
export function scoresOf(model: SpeechModel, numbers: Readonly<Record<string, number>>, vector?: Float32Array): number[] {
  const scores = [...model.bias];
  for (const name in model.numbers) {
    const value = numbers[name] ?? 0;
    if (value === 0) continue;
    const weights = model.numbers[name] ?? NO_WEIGHTS;
    for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] ?? 0) + (weights[k] ?? 0) * value;
  }
  model.vector?.forEach((weights, k) => {
    if (vector?.length !== weights.length) return;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (vector[i] ?? 0);
    scores[k] = (scores[k] ?? 0) + sum;
  });
  return scores;
}

/** The label with the highest score; the first of equals. */
export function bestOf(model: SpeechModel, scores: readonly number[]): string {
  let best = 0;
  scores.forEach((score, k) => {
    if (score > (scores[best] ?? -Infinity)) best = k;
  });
  return model.labels[best] ?? '';
}
