// Finds names and addresses in texts, window by window. Texts are in memory only, and never in an error.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { isOneCase, mayHoldNames } from './ner-candidates.ts';
import { createDecoder, type TokenClass } from './ner-classes.ts';
import { withoutLoneDoubts, type ScoredSpan } from './ner-people.ts';
import { mergeSpans, PERSON_CLASSES, spansOf, windowsOf } from './ner-spans.ts';
import type { Answers } from './pool-protocol.ts';
import { WordPiece, type Encoding } from './wordpiece.ts';

export interface NerSettings {
  readonly modelFile: string;
  readonly vocabularyFile: string;
  readonly labelsFile: string;
  readonly maxTokens: number;
  readonly windowUnits: number;
  readonly overlapUnits: number;
  /** Also windows that can hold no name, and windows that were read before. */
  readonly readsEverything: boolean;
}

type Names = Answers['names'];

const MAX_REMEMBERED = 5000;

const longs = (values: readonly number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

/** Spans of names and addresses, in UTF-16 units. */
export async function openNerModel(settings: NerSettings): Promise<(text: string) => Promise<Names>> {
  const { windowUnits, overlapUnits, maxTokens, readsEverything } = settings;
  const tokenizer = new WordPiece(readFileSync(settings.vocabularyFile, 'utf8').trimEnd().split('\n'));
  const labels = Object.values(JSON.parse(readFileSync(settings.labelsFile, 'utf8')) as Record<string, string>);
  const decode = createDecoder(labels, PERSON_CLASSES);
  const model = await InferenceSession.create(settings.modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1 });

  async function classify(encoding: Encoding): Promise<readonly TokenClass[]> {
    const output = await model.run({
      input_ids: longs(encoding.ids),
      attention_mask: longs(encoding.ids.map(() => 1)),
      token_type_ids: longs(encoding.ids.map(() => 0)),
    });
    const logits = output['logits'];
    if (!logits) throw new Error('The name model gave no logits');
    return decode(logits.data as Float32Array, encoding.ids.length);
  }

  async function readWindow(window: string, oneCase: boolean): Promise<readonly ScoredSpan[]> {
    const found: ScoredSpan[] = [];
    // Scripts that need many tokens a character fill the model before the window ends; then read on from there.
    for (let start = 0; start < window.length;) {
      const part = window.slice(start);
      const encoding = tokenizer.encode(part, maxTokens);
      for (const span of spansOf(part, encoding, await classify(encoding), oneCase))
        found.push({ ...span, start: span.start + start, end: span.end + start });
      if (encoding.covered === 0 || encoding.ids.length < maxTokens) break;
      start += encoding.covered;
    }
    return found;
  }

  const recalled = remembering(readWindow);
  return async (text) => {
    const found: ScoredSpan[] = [];
    const oneCase = isOneCase(text);
    for (const window of windowsOf(text, windowUnits, overlapUnits)) {
      const part = text.slice(window.start, window.end);
      if (part.trim() === '' || (!oneCase && !readsEverything && !mayHoldNames(part))) continue;
      for (const span of await (readsEverything ? readWindow : recalled)(part, oneCase))
        found.push({ ...span, start: span.start + window.start, end: span.end + window.start });
    }
    return withoutLoneDoubts(text, mergeSpans(found)).map(({ start, end, type }) => ({ start, end, type }));
  };
}

type ReadWindow = (window: string, oneCase: boolean) => Promise<readonly ScoredSpan[]>;

/** Findings in windows read lately, by digest: requests of one conversation send the same paragraphs again and again. */
function remembering(read: ReadWindow): ReadWindow {
  const memory = new Map<string, readonly ScoredSpan[]>();
  return async (window, oneCase) => {
    const key = createHash('sha256')
      .update(oneCase ? '1' : '0')
      .update(window, 'utf16le')
      .digest('base64');
    const spans = memory.get(key) ?? (await read(window, oneCase));
    memory.delete(key);
    memory.set(key, spans);
    for (const oldest of memory.keys()) {
      if (memory.size <= MAX_REMEMBERED) break;
      memory.delete(oldest);
    }
    return spans;
  };
}
