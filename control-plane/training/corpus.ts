// Conversations to train and measure on: rows {id, ts, user, conv, turn, text, response?, source, pos, orphan?} and their embeddings.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TurnInput } from '../src/threads/index.ts';

export interface Row {
  readonly id: string;
  readonly ts: number;
  readonly user: string;
  readonly conv: string;
  readonly turn: number;
  readonly text: string;
  readonly response?: string;
  readonly pos: string;
  /** The collection that the conversation comes from. */
  readonly source: string;
  readonly orphan?: boolean;
  /** Cannot be understood without what was said before. */
  readonly ctxdep?: boolean;
}

export interface Labelled {
  readonly turn: TurnInput;
  readonly row: Row;
  /** Conversation, or the part of it whose history was withheld. */
  readonly truth: string;
}

/** One person's requests in order of time. */
export type Log = readonly Labelled[];

/** Where the data lies: --data DIR, else the folder data of CLEW_SHARED, else that of the folder "shared" beside the clone. */
export function dataFolder(args: readonly string[]): string {
  const at = args.indexOf('--data');
  const given = at < 0 ? undefined : args[at + 1];
  return given ?? join(process.env['CLEW_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'data');
}

/** Where embed.ts keeps the vectors: --embeddings FILE, without an ending. */
export function embeddingsFile(args: readonly string[]): string {
  const file = args[args.indexOf('--embeddings') + 1];
  if (!args.includes('--embeddings') || file === undefined)
    throw new Error('--embeddings FILE is missing: run embed.ts first, with the same FILE');
  return file;
}

/** Where train.ts keeps the weights of each fold, for evaluate.ts. */
export const foldsFile = (args: readonly string[]): string => `${embeddingsFile(args)}.folds.json`;

export const readRows = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

export const textKey = (text: string): string => createHash('sha256').update(text).digest('hex');

export class Embeddings {
  readonly #vectors = new Map<string, Float32Array>();

  /** Reads FILE.json (keys) and FILE.bin (vectors), as embed.ts writes them. */
  constructor(file: string) {
    const keys = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as string[];
    const bytes = readFileSync(`${file}.bin`);
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const size = values.length / keys.length;
    keys.forEach((key, i) => this.#vectors.set(key, values.subarray(i * size, (i + 1) * size)));
  }

  of(text: string): Float32Array | undefined {
    return this.#vectors.get(textKey(text));
  }
}

export function readLogs(file: string, embeddings: Embeddings): Map<string, Log> {
  const logs = new Map<string, Labelled[]>();
  for (const row of readRows<Row>(file).toSorted((a, b) => a.ts - b.ts)) {
    const log = logs.get(row.user) ?? [];
    logs.set(row.user, log);
    log.push({ row, truth: row.orphan === true ? `${row.conv}#orphan` : row.conv, turn: turnOf(row, embeddings) });
  }
  return logs;
}

function turnOf(row: Row, embeddings: Embeddings): TurnInput {
  const answer = row.response === '' ? undefined : row.response;
  return {
    id: row.id,
    at: row.ts,
    inferable: true,
    text: row.text,
    answer,
    vector: embeddings.of(row.text),
    answerVector: answer === undefined ? undefined : embeddings.of(answer),
  };
}

/** A number from 0 to folds − 1 that depends on the name alone. */
export const foldOf = (name: string, folds: number): number => createHash('sha256').update(name).digest().readUInt32BE(0) % folds;
