import type { DatabaseSync } from 'node:sqlite';

/**
 * A store's file as versions wrote it that kept each vector in a row of its own, with all that is said of it.
 *
 * @param written the bytes of a request's vectors, by its number; those it has unless given
 */
export function withOwnVectors(file: DatabaseSync, written?: (seq: number) => Uint8Array): void {
  const rows = file
    .prepare(
      `SELECT r.seq, r.scope, r.id, r.principal, r.thread_id, v.at_ms, v.prompt, v.answer, m.model FROM request_vectors v
        JOIN requests r ON r.seq = v.seq & 1099511627775 JOIN vector_models m ON m.id = v.seq >> 40`,
    )
    .all();
  const put = file.prepare(
    'INSERT INTO vectors (scope, model, request_id, kind, principal, thread_id, at_ms, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  for (const row of rows) {
    const { scope, model, id, principal, thread_id: thread, at_ms: atMs } = row as Record<string, string>;
    for (const kind of ['prompt', 'answer']) {
      const vector = row[kind];
      if (!(vector instanceof Uint8Array)) continue;
      put.run(
        scope ?? null,
        model ?? null,
        id ?? null,
        kind,
        principal ?? null,
        thread ?? null,
        atMs ?? null,
        written?.(Number(row['seq'])) ?? vector,
      );
    }
  }
  file.exec(`DELETE FROM request_vectors; DELETE FROM vector_models; DELETE FROM scopes;
    INSERT INTO meta (key, value) SELECT 'repack_dense_vectors', max(seq) FROM vectors`);
}
