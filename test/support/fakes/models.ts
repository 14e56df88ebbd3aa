// Models small enough to reason about: a bag of words as a vector, and names from a list.
import { createHash } from 'node:crypto';
import type { Embedder, NameFinder } from '../../../control-plane/src/ingest/index.ts';

const DIMENSIONS = 64;

export interface FakeEmbedder extends Embedder {
  /** Every text that was asked for. */
  readonly seen: string[];
  /** Texts that hold this word make the call fail. */
  poison: string | undefined;
  close(): Promise<void>;
}

/** Texts that share words are near; the same text gives the same vector. */
export function fakeEmbedder(): FakeEmbedder {
  const seen: string[] = [];
  const embedder: FakeEmbedder = {
    modelId: 'fake-embedder',
    dimensions: DIMENSIONS,
    seen,
    poison: undefined,
    embed: (texts) => {
      seen.push(...texts);
      const { poison } = embedder;
      if (poison !== undefined && texts.some((text) => text.includes(poison))) return Promise.reject(new Error('poisoned'));
      return Promise.resolve(texts.map(bagOfWords));
    },
    close: () => Promise.resolve(),
  };
  return embedder;
}

function bagOfWords(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  vector[0] = 0.01;
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]{3,}/gu)) {
    const digest = createHash('sha256').update(word).digest();
    const slot = 1 + (digest.readUInt32LE(0) % (DIMENSIONS - 1));
    vector[slot] = (vector[slot] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

export interface FakeNameFinder extends NameFinder {
  readonly seen: string[];
  close(): Promise<void>;
}

/** Finds each of the given names as PERSON. */
export function fakeNameFinder(names: readonly string[] = ['Aurelia Brandt']): FakeNameFinder {
  const seen: string[] = [];
  return {
    modelId: 'fake-names',
    seen,
    find: (texts) => {
      seen.push(...texts);
      return Promise.resolve(texts.map((text) => findAll(text, names)));
    },
    close: () => Promise.resolve(),
  };
}

function findAll(text: string, names: readonly string[]): { start: number; end: number; type: string }[] {
  const found = names.flatMap((name) =>
    [...text.matchAll(new RegExp(name, 'g'))].map(({ index }) => ({ start: index, end: index + name.length, type: 'PERSON' })),
  );
  return found.sort((a, b) => a.start - b.start);
}
