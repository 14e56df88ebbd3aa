import type { DeclaredSession } from '#contract';
import type { Scope } from '../../kernel/index.ts';
import type { PastTurns, PlacedTurn } from '../../threads/index.ts';
import { query, type Database } from './database.ts';
import { toPlacedTurn, type RequestRow } from './request-row.ts';
import { TEXTS } from './request-record.ts';
import { DENSE_COLUMNS, JOIN_DENSE, OWN_COLUMNS } from './request-vectors.ts';
import { keyOf } from './scope.ts';
import { fromBlob } from './vector-blob.ts';

/** Among the id's newest requests: one that several people carry is carried by several in any stretch of it. */
const CARRIERS = `SELECT DISTINCT principal FROM (SELECT principal, sample FROM requests
    WHERE scope = ?1 AND declared_session = ?2 ORDER BY seq DESC LIMIT 1000)
  WHERE principal IS NOT NULL AND json_extract(sample, '$.session.source') = ?3 LIMIT ?4`;

const VECTORS = `SELECT model, ${OWN_COLUMNS} FROM vectors WHERE scope = ?1 AND request_id IN (SELECT value FROM json_each(?2))
  UNION ALL SELECT m.model, ${DENSE_COLUMNS} FROM json_each(?2) e CROSS JOIN requests r ON r.scope = ?1 AND r.id = e.value ${JOIN_DENSE}`;

export class SqlitePastTurns implements PastTurns {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async recent(scope: Scope, principal: string, at: number, limit: number, model?: string): Promise<readonly PlacedTurn[]> {
    const key = keyOf(scope);
    const rows = this.database.all(
      query
        .selectFrom('requests')
        .selectAll()
        .select(TEXTS)
        .where('scope', '=', key)
        .where('principal', '=', principal)
        .where('at', '<', at)
        .orderBy('at', 'desc')
        .orderBy('seq', 'desc')
        .limit(limit),
    );
    const vectors = this.vectorsOf(key, rows);
    const vector = (row: RequestRow, kind: string): Float32Array | undefined =>
      vectors.get(`${kind}:${model ?? row.embedding_model}:${row.id}`);
    return Promise.resolve(
      rows.reverse().map((row) => toPlacedTurn(row, vector(row, 'prompt'), vector(row, 'answer'), model ?? row.embedding_model)),
    );
  }

  async carriers(scope: Scope, { source, id }: Pick<DeclaredSession, 'source' | 'id'>, limit: number): Promise<readonly string[]> {
    const rows = this.database.prepare(CARRIERS).all(keyOf(scope), id, source, limit);
    return Promise.resolve(rows.map((row) => row['principal'] as string));
  }

  private vectorsOf(scope: string, rows: readonly RequestRow[]): ReadonlyMap<string, Float32Array> {
    const found = this.database.prepare(VECTORS).all(scope, JSON.stringify(rows.map((row) => row.id)));
    return new Map(
      found.flatMap((row) =>
        ['prompt', 'answer'].flatMap((kind): [string, Float32Array][] =>
          row[kind] === null ? [] : [[`${kind}:${String(row['model'])}:${String(row['request_id'])}`, fromBlob(row[kind] as Uint8Array)]],
        ),
      ),
    );
  }
}
