// Vectors as they lie in the file: float32, little endian, as every platform that Node runs on has them in memory.
import type { Database } from './database.ts';

export const toBlob = (vector: Float32Array): Uint8Array => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

export function fromBlob(blob: Uint8Array): Float32Array {
  if (blob.byteOffset % 4 === 0) return new Float32Array(blob.buffer, blob.byteOffset, blob.byteLength >> 2);
  const copy = blob.slice();
  return new Float32Array(copy.buffer, 0, copy.byteLength >> 2);
}

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
