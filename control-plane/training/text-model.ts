import type { TextModel } from '../src/threads/infer/weights.ts';
import { CUE_NAMES, describeText, type Cues } from '../src/threads/text/traits.ts';
import { minimise } from './lbfgs.ts';

export interface TextExample {
  readonly text: string;
  readonly vector: Float32Array;
  readonly positive: boolean;
  readonly weight?: number;
}

/** L2-penalised logistic regression over an embedding and standardised cues, both classes weighing the same where `balanced`. */
export function fitTextModel(examples: readonly TextExample[], vectorPenalty: number, balanced = true): TextModel {
  const cuePenalty = 4;
  const size = examples[0]?.vector.length ?? 0;
  const cues = examples.map(({ text }) => CUE_NAMES.map((name) => describeText(text).cues[name]));
  const scale = CUE_NAMES.map((_, j) => Math.max(1e-3, Math.sqrt(cues.reduce((s, row) => s + (row[j] ?? 0) ** 2, 0) / examples.length)));
  const positives = examples.filter(({ positive }) => positive).length;
  const even = { positive: 1, negative: 1 };
  const balance = !balanced
    ? even
    : { positive: examples.length / (2 * positives), negative: examples.length / (2 * (examples.length - positives)) };
  const fitted = minimise(
    (point, gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (let j = 0; j < size + CUE_NAMES.length; j++) {
        const penalty = j < size ? vectorPenalty : cuePenalty;
        loss += 0.5 * penalty * (point[j] ?? 0) ** 2;
        gradient[j] = penalty * (point[j] ?? 0);
      }
      examples.forEach(({ vector, positive, weight = 1 }, i) => {
        const row = cues[i] ?? [];
        let logit = point[size + CUE_NAMES.length] ?? 0;
        for (let j = 0; j < size; j++) logit += (point[j] ?? 0) * (vector[j] ?? 0);
        for (let j = 0; j < row.length; j++) logit += ((point[size + j] ?? 0) * (row[j] ?? 0)) / (scale[j] ?? 1);
        const signed = positive ? logit : -logit;
        const w = weight * (positive ? balance.positive : balance.negative);
        loss += w * (signed > 0 ? Math.log1p(Math.exp(-signed)) : Math.log1p(Math.exp(signed)) - signed);
        const excess = w * (1 / (1 + Math.exp(-logit)) - (positive ? 1 : 0));
        for (let j = 0; j < size; j++) gradient[j] = (gradient[j] ?? 0) + excess * (vector[j] ?? 0);
        for (let j = 0; j < row.length; j++) gradient[size + j] = (gradient[size + j] ?? 0) + (excess * (row[j] ?? 0)) / (scale[j] ?? 1);
        gradient[size + CUE_NAMES.length] = (gradient[size + CUE_NAMES.length] ?? 0) + excess;
      });
      return loss;
    },
    size + CUE_NAMES.length + 1,
    150,
    1e-3,
  );
  return {
    bias: fitted[size + CUE_NAMES.length] ?? 0,
    vector: [...fitted.subarray(0, size)],
    cues: Object.fromEntries(CUE_NAMES.map((name, j) => [name, (fitted[size + j] ?? 0) / (scale[j] ?? 1)])) as Record<keyof Cues, number>,
  };
}
