// Looks for planted values wherever bytes were left: as they are, in base64 at any alignment, in gzip, in UTF-16, in pressed
// records of a database.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, constants } from 'node:zlib';
import { unpack } from '../../control-plane/src/adapters/sqlite/packed.ts';

/** The values found, each with the place and form it was found in. */
export function findCanaries(values: readonly string[], places: Readonly<Record<string, Buffer>>): string[] {
  const found = new Set<string>();
  for (const [place, bytes] of Object.entries(places)) {
    for (const [form, body] of unpacked(bytes)) {
      for (const value of values) {
        for (const [how, needle] of formsOf(value)) if (body.includes(needle)) found.add(`${value} in ${place} (${form}${how})`);
      }
    }
  }
  return [...found].sort();
}

/** Every file below a folder. */
export function filesBelow(folder: string): Record<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.flatMap((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const place = path.relative(folder, file);
      const whole = [place, readFileSync(file)] as const;
      return entry.name.endsWith('.db') ? [whole, [`${place}, records opened`, openedRecords(file)] as const] : [whole];
    }),
  );
}

/** What a database says in records that are pressed: every blob that opens, of every table. Its write-ahead log is read along. */
function openedRecords(file: string): Buffer {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").all();
    const texts = tables.flatMap(({ name }) =>
      database
        .prepare(`SELECT * FROM "${String(name)}"`)
        .all()
        .flatMap((row) => Object.values(row).flatMap((value) => (value instanceof Uint8Array ? opened(value) : []))),
    );
    return Buffer.from(texts.join('\n'));
  } finally {
    database.close();
  }
}

function opened(blob: Uint8Array): string[] {
  try {
    return [unpack(blob)];
  } catch {
    // Hashes, vectors, ciphertext.
    return [];
  }
}

function formsOf(value: string): [string, Buffer][] {
  const bytes = Buffer.from(value, 'utf8');
  const forms: [string, Buffer][] = [
    ['raw', bytes],
    ['utf-16', Buffer.from(value, 'utf16le')],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['url', Buffer.from(encodeURIComponent(value))],
  ];
  // The characters of base64 that depend on this value alone, for each of the three ways it can be aligned.
  for (let shift = 0; shift < 3; shift += 1) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64');
    const clean = whole.slice(shift === 0 ? 0 : 4);
    if (clean.length >= 8)
      forms.push(['base64', Buffer.from(clean)], ['base64url', Buffer.from(clean.replaceAll('+', '-').replaceAll('/', '_'))]);
  }
  return forms;
}

function unpacked(bytes: Buffer): [string, Buffer][] {
  const bodies: [string, Buffer][] = [['', bytes]];
  for (let at = bytes.indexOf('1f8b08', 0, 'hex'); at >= 0; at = bytes.indexOf('1f8b08', at + 1, 'hex')) {
    try {
      bodies.push(['gzip, ', gunzipSync(bytes.subarray(at), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 })]);
    } catch {
      // Three bytes that looked like the head of a gzip stream and are none.
    }
  }
  return bodies;
}
