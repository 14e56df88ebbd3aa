// Finds names and addresses in texts, window by window. Texts are in memory only, and never in an error.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { isOneCase, mayHoldNames } from './ner-candidates.ts';
import { createDecoder, type TokenClass } from './ner-classes.ts';
import { withoutLoneDoubts, type ScoredSpan } from './ner-people.ts';
import { mergeSpans, PERSON_CLASSES, spansOf, windowsOf } from './ner-spans.ts';
import { WordPiece, type Encoding } from './wordpiece.ts';
import { serve } from './worker-server.ts';

export interface NerSettings {
  readonly modelFile: string;
  readonly vocabularyFile: string;
  readonly labelsFile: string;
  readonly maxTokens: number;
  readonly windowUnits: number;
  readonly overlapUnits: number;
  readonly threads: number;
  /** Also windows that can hold no name, and windows that were read before. */
  readonly readsEverything: boolean;
}
export interface NerCall {
  readonly texts: readonly string[];
}
export type NerAnswer = readonly (readonly { readonly start: number; readonly end: number; readonly type: string }[])[];

const MAX_REMEMBERED = 5000;

const settings = workerData as NerSettings;
const tokenizer = new WordPiece(readFileSync(settings.vocabularyFile, 'utf8').trimEnd().split('\n'));
const decode = createDecoder(
  Object.values(JSON.parse(readFileSync(settings.labelsFile, 'utf8')) as Record<string, string>),
  PERSON_CLASSES,
);
const session = InferenceSession.create(settings.modelFile, { intraOpNumThreads: settings.threads, interOpNumThreads: 1 });

const longs = (values: readonly number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

async function findIn(text: string): Promise<NerAnswer[number]> {
  const found: ScoredSpan[] = [];
  const oneCase = isOneCase(text);
  for (const window of windowsOf(text, settings.windowUnits, settings.overlapUnits)) {
    const part = text.slice(window.start, window.end);
    if (part.trim() === '' || (!oneCase && !settings.readsEverything && !mayHoldNames(part))) continue;
    for (const span of await recalled(part, oneCase))
      found.push({ ...span, start: span.start + window.start, end: span.end + window.start });
  }
  return withoutLoneDoubts(text, mergeSpans(found)).map(({ start, end, type }) => ({ start, end, type }));
}

/** Findings in windows read lately, by digest: requests of one conversation send the same paragraphs again and again. */
const memory = new Map<string, readonly ScoredSpan[]>();

async function recalled(window: string, oneCase: boolean): Promise<readonly ScoredSpan[]> {
  const key = createHash('sha256')
    .update(oneCase ? '1' : '0')
    .update(window, 'utf16le')
    .digest('base64');
  const known = settings.readsEverything ? undefined : memory.get(key);
  const spans = known ?? (await readWindow(window, oneCase));
  memory.delete(key);
  memory.set(key, spans);
  for (const oldest of memory.keys()) {
    if (memory.size <= MAX_REMEMBERED) break;
    memory.delete(oldest);
  }
  return spans;
}

async function readWindow(window: string, oneCase: boolean): Promise<readonly ScoredSpan[]> {
  const found: ScoredSpan[] = [];
  // Scripts that need many tokens a character fill the model before the window ends; then read on from there.
  for (let start = 0; start < window.length;) {
    const part = window.slice(start);
    const encoding = tokenizer.encode(part, settings.maxTokens);
    for (const span of spansOf(part, encoding, await classify(encoding), oneCase))
      found.push({ ...span, start: span.start + start, end: span.end + start });
    if (encoding.covered === 0 || encoding.ids.length < settings.maxTokens) break;
    start += encoding.covered;
  }
  return found;
}

async function classify(encoding: Encoding): Promise<readonly TokenClass[]> {
  const model = await session;
  const output = await model.run({
    input_ids: longs(encoding.ids),
    attention_mask: longs(encoding.ids.map(() => 1)),
    token_type_ids: longs(encoding.ids.map(() => 0)),
  });
  const logits = output['logits'];
  if (!logits) throw new Error('The name model gave no logits');
  return decode(logits.data as Float32Array, encoding.ids.length);
}

serve(async ({ texts }: NerCall): Promise<{ answer: NerAnswer }> => {
  const answer: NerAnswer[number][] = [];
  for (const text of texts) answer.push(await findIn(text));
  return { answer };
});
