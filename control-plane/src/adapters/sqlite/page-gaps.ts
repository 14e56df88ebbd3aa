// SQLite blanks what it deletes, but not what it moves: a row that goes to another page leaves its bytes in the unused part of the
// first, between the list of rows and the rows, and they stay there when the row is deleted later. No statement but VACUUM clears
// them, which stops everybody for minutes. So they are blanked in the file itself, some pages at a time.
//
// That part of a page means nothing to SQLite, whoever reads it. What must not happen is that a page is written between our reading
// and our writing it: only who carries the log over writes to the file, and `whileFileRests` keeps them out.
import { fstatSync, fsyncSync, readSync, writeSync } from 'node:fs';
import type { Checkpointer } from './checkpointer.ts';
import type { Database } from './database.ts';

/** In `meta`: how often rows were removed since the gaps were last blanked. */
const REMOVED = 'gaps_removed';
const PAGES = 64;
/** A page that was in memory when its gap was blanked brings the old bytes back when it is written: it is found the next time. */
const MOST_ROUNDS = 4;
const MOST_TRIES = 20;
const FILE_HEADER = 100;
/** First bytes of pages that hold rows, with the length of the header that follows. */
const HEADERS: Readonly<Record<number, number>> = { 2: 12, 5: 12, 10: 8, 13: 8 };
/** From here on the first byte of a page of long values, a part of a page number, could be one of those. */
const MOST_PAGES = 0x02_00_00_00;

const NOTE = `INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value + 1 AS TEXT)`;
const noteOf = (database: Database): string | undefined =>
  database.prepare('SELECT value FROM meta WHERE key = ?').get(REMOVED)?.['value'] as string | undefined;

/** Within the transaction that removes. */
export function noteGaps(database: Database): void {
  database.prepare(NOTE).run(REMOVED);
}

/** Resolves when no unused part of a page holds anything, or was stopped: `between` steps others get their turn, and may end it with false. */
export async function blankGaps(
  database: Database,
  checkpointer: Checkpointer,
  between: (tookMs: number) => Promise<boolean>,
): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const note = noteOf(database);
    if (note === undefined) return;
    database.forgetPages();
    const found = await blankOnce(database, checkpointer, between);
    if (found === undefined) return;
    if (found > 0) continue;
    // What was removed meanwhile has its own note, and the next pass.
    database.sweep(() => database.prepare('DELETE FROM meta WHERE key = ? AND value = ?').run(REMOVED, note));
    return;
  }
}

/** Answers how many pages had something; undefined where it was stopped, or somebody else holds the log. */
async function blankOnce(
  database: Database,
  checkpointer: Checkpointer,
  between: (tookMs: number) => Promise<boolean>,
): Promise<number | undefined> {
  const file = database.descriptor();
  const pageSize = database.pageSize();
  const pages = Buffer.alloc(PAGES * pageSize);
  let found = 0;
  let tries = 0;
  for (let at = 0; at < fstatSync(file).size;) {
    if (at / pageSize + PAGES >= MOST_PAGES) return undefined;
    await checkpointer.carryOver();
    const startedMs = performance.now();
    const isDone = database.whileFileRests(() => {
      const length = readSync(file, pages, 0, pages.length, at);
      for (let start = 0; start + pageSize <= length; start += pageSize) {
        const gap = gapOf(pages.subarray(start, start + pageSize), at + start === 0);
        if (gap === undefined) continue;
        writeSync(file, gap.fill(0), 0, gap.length, at + gap.byteOffset - pages.byteOffset);
        found += 1;
      }
    });
    if (isDone) at += pages.length;
    tries = isDone ? 0 : tries + 1;
    if (tries > MOST_TRIES || !(await between(performance.now() - startedMs))) return undefined;
  }
  fsyncSync(file);
  return found;
}

/** The unused part of a page, where anything is in it. */
function gapOf(page: Buffer, isFirst: boolean): Buffer | undefined {
  const start = isFirst ? FILE_HEADER : 0;
  const header = HEADERS[page[start] ?? 0];
  if (header === undefined) return undefined;
  const from = start + header + 2 * page.readUInt16BE(start + 3);
  const until = page.readUInt16BE(start + 5);
  if (until <= from || until > page.length) return undefined;
  const gap = page.subarray(from, until);
  return gap.equals(NOTHING.subarray(0, gap.length)) ? undefined : gap;
}

const NOTHING = Buffer.alloc(65_536);
