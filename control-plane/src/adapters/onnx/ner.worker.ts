// Finds names and addresses in texts, window by window. Texts are in memory only, and never in an error.
import { readFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { mergeSpans, onlyWithAddress, spansOf, windowsOf, type Span } from './ner-spans.ts';
import { WordPiece } from './wordpiece.ts';
import { serve } from './worker-server.ts';

export interface NerSettings {
  readonly modelFile: string;
  readonly vocabularyFile: string;
  readonly labelsFile: string;
  readonly maxTokens: number;
  readonly windowUnits: number;
  readonly overlapUnits: number;
  readonly threads: number;
}
export interface NerCall {
  readonly texts: readonly string[];
}
export type NerAnswer = readonly (readonly Span[])[];

const settings = workerData as NerSettings;
const tokenizer = new WordPiece(readFileSync(settings.vocabularyFile, 'utf8').trimEnd().split('\n'));
const labels = Object.values(JSON.parse(readFileSync(settings.labelsFile, 'utf8')) as Record<string, string>).map((label) => label.replace(/^[BI]-/, ''));
const session = InferenceSession.create(settings.modelFile, { intraOpNumThreads: settings.threads, interOpNumThreads: 1 });

const longs = (values: readonly number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

/** The likeliest class of each token, the B- and I- marks of one class taken together. */
function classesOf(logits: Float32Array, tokens: number): string[] {
  const found: string[] = [];
  for (let token = 0; token < tokens; token += 1) {
    const scores = new Map<string, number>();
    for (const [index, label] of labels.entries()) {
      const score = Math.exp(logits[token * labels.length + index] ?? -Infinity);
      scores.set(label, (scores.get(label) ?? 0) + score);
    }
    let best = 'O';
    for (const [label, score] of scores) if (score > (scores.get(best) ?? 0)) best = label;
    found.push(best);
  }
  return found;
}

async function findIn(text: string): Promise<Span[]> {
  const model = await session;
  const found: Span[] = [];
  for (const window of windowsOf(text, settings.windowUnits, settings.overlapUnits)) {
    const part = text.slice(window.start, window.end);
    const encoding = tokenizer.encode(part, settings.maxTokens);
    const output = await model.run({
      input_ids: longs(encoding.ids),
      attention_mask: longs(encoding.ids.map(() => 1)),
      token_type_ids: longs(encoding.ids.map(() => 0)),
    });
    const logits = output['logits'];
    if (!logits) throw new Error('The name model gave no logits');
    for (const span of spansOf(part, encoding, classesOf(logits.data as Float32Array, encoding.ids.length))) {
      found.push({ ...span, start: span.start + window.start, end: span.end + window.start });
    }
  }
  return onlyWithAddress(mergeSpans(found));
}

serve<NerCall, NerAnswer>(async ({ texts }) => {
  const answer: Span[][] = [];
  for (const text of texts) answer.push(text.trim() === '' ? [] : await findIn(text));
  return { answer };
});
