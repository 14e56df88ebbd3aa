// Reading and writing of the commands: JSON or JSON lines on stdout, progress and errors on stderr.
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

/** A fault of the caller: shown without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Paths are relative to where the command was called, also under `npm run`, which changes folder. */
export function resolvePath(file: string): string {
  return path.resolve(process.env['CLEW_CALLED_FROM'] ?? process.cwd(), file);
}

export interface Line {
  /** 1-based. */
  readonly number: number;
  readonly value: Record<string, unknown>;
}

/**
 * The rows of a JSON-lines file, "-" for stdin. A line that is not a JSON object is told to `onBad` with its number and
 * passed over. Throws UsageError where the file cannot be read.
 */
export async function* readRows(file: string, onBad: (line: number, problem: string) => void): AsyncGenerator<Line> {
  const input = file === '-' ? process.stdin : createReadStream(resolvePath(file), 'utf8');
  let number = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      const bare = number === 1 ? text.replace(/^\ufeff/, '') : text;
      if (bare.trim() === '') continue;
      const value = objectIn(bare);
      if (typeof value === 'string') onBad(number, value);
      else yield { number, value };
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`${file} cannot be read (${code}). Check the path.`);
  }
}

/** The JSON object in a line, or what is wrong with the line. */
function objectIn(text: string): Record<string, unknown> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not valid JSON';
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : 'not a JSON object';
}

export interface RowWriter {
  write(row: unknown): Promise<void>;
  close(): Promise<void>;
}

/** JSON lines to a file or, without one, to stdout; waits while the reader is slower. */
export function rowWriter(file: string | undefined): RowWriter {
  const output = file === undefined || file === '-' ? process.stdout : createWriteStream(resolvePath(file));
  let failure: Error | undefined;
  output.on('error', (error: NodeJS.ErrnoException) => {
    const remedy = output === process.stdout ? 'Whoever reads it has gone, or its disk is full.' : 'Check the path and the disk.';
    failure = new UsageError(`${file ?? 'stdout'} cannot be written (${error.code ?? error.name}). ${remedy}`);
  });
  return {
    async write(row) {
      if (failure) throw failure;
      if (!output.write(`${JSON.stringify(row)}\n`)) await once(output, 'drain').catch(() => undefined);
    },
    async close() {
      if (output !== process.stdout) {
        output.end();
        // A file that could not be opened has closed long ago.
        if (!output.closed) await once(output, 'close').catch(() => undefined);
      }
      if (failure) throw failure;
    },
  };
}

/** A line on stderr about once a second: how many, how fast. */
export function progress(what: string): { step: (count?: number) => void; done: () => void } {
  const start = performance.now();
  let total = 0;
  let shown = start;
  const show = (end: boolean): void => {
    const seconds = (performance.now() - start) / 1000;
    const rate = seconds > 0 ? Math.round(total / seconds) : total;
    process.stderr.write(`${end ? 'done: ' : ''}${total} ${what}, ${rate}/s\n`);
  };
  return {
    step(count = 1) {
      total += count;
      if (performance.now() - shown < 1000) return;
      shown = performance.now();
      show(false);
    },
    done: () => show(true),
  };
}

/** Groups an async sequence into arrays of at most `size`. */
export async function* batches<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of source) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
