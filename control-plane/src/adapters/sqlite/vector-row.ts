import type { Database } from './database.ts';
import { toBlob } from './vector-blob.ts';

/** Where a vector stands in the file and in the cache. */
export interface VectorRow {
  readonly scope: string;
  readonly model: string;
  readonly id: string;
  readonly principal: string | null;
  readonly threadId: string;
  readonly kind: 'prompt' | 'answer';
  readonly atMs: number;
  readonly vector: Float32Array;
}

// Hot path: twice a request.
const UPSERT = `INSERT INTO vectors (scope, model, request_id, kind, principal, thread_id, at_ms, vector)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope, request_id, kind, model) DO UPDATE SET
    principal = excluded.principal, thread_id = excluded.thread_id, at_ms = excluded.at_ms, vector = excluded.vector`;

/** Within a transaction of the caller. */
export function writeVectors(database: Database, rows: readonly VectorRow[]): void {
  const statement = database.prepare(UPSERT);
  for (const row of rows) {
    statement.run(row.scope, row.model, row.id, row.kind, row.principal, row.threadId, Math.trunc(row.atMs), toBlob(row.vector));
  }
}
