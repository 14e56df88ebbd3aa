// Conversations to measure on. They do not belong to the repository: measuring tests take them from CLEW_SHARED, or from a
// folder "shared" beside the clone, and say that they skip where there is none.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = process.env['CLEW_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');

export interface ConversationRow {
  readonly id: string;
  readonly ts: number;
  readonly user: string;
  readonly conv: string;
  readonly turn: number;
  readonly text: string;
  readonly response?: string;
}

/** Path of a data file, or undefined where it is not at hand. */
export function sharedFile(name: string): string | undefined {
  const file = path.join(FOLDER, name);
  if (existsSync(file)) return file;
  process.stderr.write(`Skipped: ${name} is not at hand; set CLEW_SHARED to measure with it.\n`);
  return undefined;
}

export function sharedRows(file: string): ConversationRow[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ConversationRow);
}
