// Embeds texts by looking their tokens up.
import { readFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { createStaticTable } from './static-table.ts';
import { WordPiece } from './wordpiece.ts';
import { serve } from './worker-server.ts';

export interface StaticSettings {
  readonly tableFile: string;
  readonly vocabularyFile: string;
  readonly dimensions: number;
  readonly maxTokens: number;
}
export interface StaticCall {
  readonly texts: readonly string[];
}
export type StaticAnswer = readonly Float32Array[];

const settings = workerData as StaticSettings;
const tokenizer = new WordPiece(readFileSync(settings.vocabularyFile, 'utf8').trimEnd().split('\n'));
const table = createStaticTable(readFileSync(settings.tableFile), settings.dimensions);

serve(({ texts }: StaticCall): Promise<{ answer: StaticAnswer; transfer: ArrayBuffer[] }> => {
  // The first and the last token are marks of the model and stand for no word.
  const answer = texts.map((text) => table.embed(tokenizer.encode(text, settings.maxTokens).ids.slice(1, -1)));
  return Promise.resolve({ answer, transfer: answer.map((vector) => vector.buffer as ArrayBuffer) });
});
