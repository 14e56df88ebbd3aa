// Embeds texts with MiniLM, one text at a time. Batches would be little faster (the model is quantised dynamically over
// the whole batch) and would make a vector depend on its neighbours, so that the same text would not get the same one.
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { WordPiece } from './wordpiece.ts';

export interface EmbedSettings {
  readonly modelFile: string;
  readonly vocabularyFile: string;
  readonly dimensions: number;
  /** Longer texts are cut to so many. */
  readonly maxTokens: number;
}

const longs = (values: readonly number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

/** Mean of the token vectors, scaled to unit length. */
function pool(hidden: Float32Array, tokens: number, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let token = 0, at = 0; token < tokens; token += 1) {
    for (let d = 0; d < dimensions; d += 1, at += 1) vector[d] = (vector[d] ?? 0) + (hidden[at] ?? 0);
  }
  let square = 0;
  for (const value of vector) square += value * value;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  return vector.map((value) => value * scale);
}

/** Vectors of unit length. */
export async function openEmbedModel(settings: EmbedSettings): Promise<(text: string) => Promise<Float32Array>> {
  const tokenizer = new WordPiece(readFileSync(settings.vocabularyFile, 'utf8').trimEnd().split('\n'));
  const model = await InferenceSession.create(settings.modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return async (text) => {
    const { ids } = tokenizer.encode(text, settings.maxTokens);
    const output = await model.run({
      input_ids: longs(ids),
      attention_mask: longs(ids.map(() => 1)),
      token_type_ids: longs(ids.map(() => 0)),
    });
    const hidden = output['last_hidden_state'];
    if (!hidden) throw new Error('The embedding model gave no last_hidden_state');
    return pool(hidden.data as Float32Array, ids.length, settings.dimensions);
  };
}
