// How close requests about different matters lie in each language: measured on requests that the project wrote, the same
// matters in every language.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Background, Backgrounds } from '../src/threads/infer/background.ts';
import { Projection, type ProjectionWeights } from '../src/threads/infer/projection.ts';
import { LANGUAGES, type Language } from '../src/threads/text/language.ts';
import { dot } from '../src/threads/vector.ts';
import type { Embeddings } from './corpus.ts';

export interface LanguageExample {
  readonly language: Language;
  readonly matter: string;
  readonly text: string;
}

/** labels/languages.txt; its head says how it is written. */
export function readLanguageExamples(): LanguageExample[] {
  let language: Language = 'en';
  return readFileSync(join(import.meta.dirname, 'labels/languages.txt'), 'utf8')
    .split('\n')
    .flatMap((line): LanguageExample[] => {
      if (line === '' || line.startsWith('#')) return [];
      const named = LANGUAGES.find((one) => line === `* ${one}`);
      if (named !== undefined) language = named;
      else return [{ language, matter: line.slice(0, 1), text: line.slice(2) }];
      return [];
    });
}

/** Undefined where the embeddings lack the examples. */
export function backgroundsOf(embeddings: Embeddings, projection: ProjectionWeights | undefined): Backgrounds | undefined {
  const examples = readLanguageExamples().flatMap((example) => {
    const vector = embeddings.of(example.text);
    return vector === undefined ? [] : [{ ...example, vector }];
  });
  if (examples.length === 0) return undefined;
  const map = projection === undefined ? undefined : new Projection(projection);
  const over = (read: (vector: Float32Array) => Float32Array): Background => {
    const means = LANGUAGES.map((language) => {
      const own = examples.filter((one) => one.language === language);
      const pairs = own.flatMap((a) => own.flatMap((b) => (a.matter < b.matter ? [dot(read(a.vector), read(b.vector))] : [])));
      return [language, Number((pairs.reduce((sum, value) => sum + value, 0) / pairs.length).toPrecision(3))] as const;
    });
    return Object.fromEntries(means) as Record<Language, number>;
  };
  return { cosine: over((vector) => vector), kin: over((vector) => map?.of(vector, 'prompt') ?? vector) };
}
