import { asArray, asNumber, asText, type JsonObject } from './ask.ts';
import { executedModel } from './models.ts';
import { seedOf, subjectWords } from './sentences.ts';

const DEFAULT_DIMENSIONS = 1536;
const MAX_DIMENSIONS = 4096;

/** A unit vector in which texts with common words are near each other: each word adds at places that its hash names. */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const words = subjectWords(text);
  for (const word of words.length === 0 ? [text] : words) {
    const hash = seedOf(word);
    for (let at = 0; at + 4 <= hash.length; at += 4) {
      const place = hash.readUInt32BE(at) % dimensions;
      vector[place] = (vector[place] ?? 0) + (hash.readUInt8(at) % 2 === 0 ? 1 : -1);
    }
  }
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

function encode(vector: Float32Array, format: string): number[] | string {
  return format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
}

export function embeddingsJson(body: JsonObject): object {
  const input = body['input'];
  const texts =
    typeof input === 'string' ? [input] : asArray(input).map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  const dimensions = Math.min(Math.max(1, Math.floor(asNumber(body['dimensions']) ?? DEFAULT_DIMENSIONS)), MAX_DIMENSIONS);
  const tokens = Math.ceil(texts.join('').length / 4);
  return {
    object: 'list',
    data: texts.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: encode(embed(text, dimensions), asText(body['encoding_format'])),
    })),
    model: executedModel(asText(body['model'])),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
