// What a stored request takes, table by table, as the file has it when everything was folded in.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import request from 'supertest';
import { bearer, startPlane } from './control-plane.ts';
import { denseEmbedder, exchanges, shippedLines } from './stored-mix.ts';
import { rmSync } from 'node:fs';

/** Bytes a request, by what they are for. */
export interface StoredBytes {
  readonly requests: number;
  readonly all: number;
  readonly byClass: Readonly<Record<StoredClass, number>>;
}

const CLASSES = {
  'texts and records': ['requests', 'request_words'],
  vectors: ['vectors', 'request_vectors', 'vector_models', 'scopes'],
  'text index': ['requests_fts_data', 'requests_fts_idx', 'requests_fts_docsize', 'requests_fts_config'],
  identities: ['run_identities', 'signers', 'log_tiles', 'log_trees'],
  threads: ['threads', 'topics'],
  linking: ['link_verdicts'],
} as const;
export type StoredClass = keyof typeof CLASSES | 'indexes' | 'rest';

/** Of an index: what follows its table's name. */
function classOf(name: string, kind: string): StoredClass {
  if (kind === 'index') return 'indexes';
  for (const [one, tables] of Object.entries(CLASSES)) if ((tables as readonly string[]).includes(name)) return one as StoredClass;
  return 'rest';
}

function bytesOf(file: string): Map<StoredClass, number> {
  const database = new DatabaseSync(file);
  try {
    database.exec("INSERT INTO requests_fts (requests_fts) VALUES ('optimize'); PRAGMA wal_checkpoint(TRUNCATE)");
    const sums = new Map<StoredClass, number>();
    const rows = database
      .prepare(
        "SELECT d.name, coalesce(s.type, 'table') AS kind, sum(d.pgsize) AS n FROM dbstat d LEFT JOIN sqlite_schema s ON s.name = d.name GROUP BY d.name",
      )
      .all();
    for (const row of rows) {
      const name = classOf(String(row['name']), String(row['kind']));
      sums.set(name, (sums.get(name) ?? 0) + Number(row['n']));
    }
    return sums;
  } finally {
    database.close();
  }
}

/**
 * Chats that send everything again at each turn, 1 KB of prompt and 1 KB of answer, through the plugin's flow and a control
 * plane with its default policy. What an empty store takes is left out; pages that are partly filled count whole.
 */
export async function storedBytes(count: number, text?: (at: number) => string): Promise<StoredBytes> {
  const lines = await shippedLines(exchanges(count, Date.now(), text));
  const plane = await startPlane({ overrides: { embedder: denseEmbedder() } });
  const file = path.join(plane.folder, 'clew.db');
  try {
    await plane.close({ keepFolder: true });
    const empty = bytesOf(file);
    const again = await startPlane({ folder: plane.folder, overrides: { embedder: denseEmbedder() } });
    for (let at = 0; at < lines.length; at += 50) {
      const body = lines.slice(at, at + 50).join('\n');
      const { status } = await request(again.app).post('/v1/samples').set(bearer()).set('content-type', 'application/x-ndjson').send(body);
      if (status !== 202) throw new Error(`The samples were not taken (HTTP ${status})`);
    }
    await again.settled(600_000);
    await again.close({ keepFolder: true });
    const byClass = Object.fromEntries(
      [...bytesOf(file)].map(([name, bytes]) => [name, (bytes - (empty.get(name) ?? 0)) / count]),
    ) as Record<StoredClass, number>;
    return { requests: count, all: Object.values(byClass).reduce((sum, bytes) => sum + bytes, 0), byClass };
  } finally {
    for (const one of [plane.folder, `${plane.folder}.erasures`]) rmSync(one, { recursive: true, force: true });
  }
}
