// Vectors of stored requests: a row for both, by the number of the request, which says whose they are and where they belong.
// The table `vectors` keeps those that say so for themselves: rows from before, until repack.ts has taken them over, and
// vectors that are given without their request, or for another thread or person than it has.
import { keyOf, scopeOf } from './scope.ts';
import type { Scope } from '../../kernel/index.ts';
import type { Database } from './database.ts';
import { fromBlob, toBlob } from './vector-blob.ts';
import type { VectorRow } from './vector-row.ts';

/** A model's rows lie this far from those of the next; requests have lower numbers. */
const SPAN = 2 ** 40;
/** In SQL: the number of the request of a row. */
export const REQUEST_OF = (seq: string): string => `(${seq} & ${SPAN - 1})`;
/** In SQL: how many vectors a row holds, as the index has it. */
export const HELD = '(prompt IS NOT NULL) + (answer IS NOT NULL)';
/** In SQL: what stands for the scope there. */
export const SCOPE_ID = (key: string): string => `(SELECT s.id FROM scopes s WHERE s.scope = ${key})`;

const FIND_MODEL = 'SELECT id FROM vector_models WHERE model = ?';
const ADD_MODEL = 'INSERT INTO vector_models (id, model) SELECT coalesce(max(id) + 1, 0), ?1 FROM vector_models RETURNING id';
const FIND_SCOPE = 'SELECT id FROM scopes WHERE scope = ?';
const ADD_SCOPE = 'INSERT INTO scopes (scope) VALUES (?) RETURNING id';
const PUT = `INSERT INTO request_vectors (seq, scope, at_ms, prompt, answer) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (seq) DO UPDATE SET prompt = coalesce(excluded.prompt, prompt), answer = coalesce(excluded.answer, answer)`;

/** Keys of a model's rows: those above `base`, which is what is added to the number of a request, and below `to`. */
export interface ModelKeys {
  readonly base: number;
  readonly to: number;
}

const keysOf = (id: number): ModelKeys => ({ base: id * SPAN, to: (id + 1) * SPAN });

/** Where the store has no rows of a model: below all that it has, so that what is looked for there is not found. */
export const NO_KEYS: ModelKeys = keysOf(-1);

/** Undefined where the store has no vectors of the model in this form. */
export function modelKeys(database: Database, model: string): ModelKeys | undefined {
  const found = database.prepare(FIND_MODEL).get(model);
  return found === undefined ? undefined : keysOf(Number(found['id']));
}

export function scopeId(database: Database, key: string): number | undefined {
  const found = database.prepare(FIND_SCOPE).get(key);
  return found === undefined ? undefined : Number(found['id']);
}

/** Of one request; `seq` is its number. */
export interface DenseVectors {
  readonly seq: number;
  readonly scope: string;
  readonly model: string;
  readonly atMs: number;
  readonly prompt?: Float32Array | undefined;
  readonly answer?: Float32Array | undefined;
}

/** Within a transaction of the caller. Hot path: once a request. What the row has of the other kind stays. */
export function writeDense(database: Database, { seq, scope, model, atMs, prompt, answer }: DenseVectors): void {
  const keys = modelKeys(database, model) ?? keysOf(Number(database.prepare(ADD_MODEL).get(model)?.['id']));
  const place = scopeId(database, scope) ?? Number(database.prepare(ADD_SCOPE).get(scope)?.['id']);
  const blob = (vector: Float32Array | undefined): Uint8Array | null => (vector === undefined ? null : toBlob(vector));
  database.prepare(PUT).run(keys.base + seq, place, Math.trunc(atMs), blob(prompt), blob(answer));
}

/** The vectors of a row of both forms alike: columns request_id, principal, thread_id, at_ms, prompt, answer. */
export function* vectorsIn(scope: string, model: string, row: Record<string, unknown>): Generator<VectorRow> {
  for (const kind of ['prompt', 'answer'] as const) {
    const blob = row[kind] as Uint8Array | null;
    if (blob === null) continue;
    yield {
      scope,
      model,
      kind,
      id: row['request_id'] as string,
      principal: row['principal'] as string | null,
      threadId: row['thread_id'] as string,
      atMs: Number(row['at_ms']),
      vector: fromBlob(blob),
    };
  }
}

/** In SQL: what `vectorsIn` reads, of the table `vectors` and of request_vectors `v` with its request `r`. */
export const OWN_COLUMNS = `request_id, principal, thread_id, at_ms, CASE kind WHEN 'prompt' THEN vector END AS prompt,
  CASE kind WHEN 'answer' THEN vector END AS answer`;
export const DENSE_COLUMNS =
  'r.id AS request_id, r.principal AS principal, r.thread_id AS thread_id, v.at_ms AS at_ms, v.prompt AS prompt, v.answer AS answer';

/** In SQL: the vector of a request's prompt by a model, both expressions; NULL where there is none. */
export const PROMPT_VECTOR = (request: string, model: string): string => `coalesce(
    (SELECT d.prompt FROM request_vectors d WHERE d.seq = ${request}.seq + ((SELECT m.id FROM vector_models m WHERE m.model = ${model}) << 40)),
    (SELECT o.vector FROM vectors o WHERE o.scope = ${request}.scope AND o.request_id = ${request}.id AND o.kind = 'prompt' AND o.model = ${model}))`;

/** In SQL: rows of request_vectors `v` of every model, after `requests r` and before what narrows them. */
export const JOIN_DENSE = `CROSS JOIN vector_models m CROSS JOIN request_vectors v ON v.seq = r.seq + (m.id << 40)`;
/** In SQL: bytes of all vectors of a request. */
export const VECTOR_BYTES = (request: string): string => `((SELECT coalesce(sum(length(o.vector)), 0) FROM vectors o
    WHERE o.scope = ${request}.scope AND o.request_id = ${request}.id)
  + (SELECT coalesce(sum(coalesce(length(d.prompt), 0) + coalesce(length(d.answer), 0)), 0) FROM vector_models n
    CROSS JOIN request_vectors d ON d.seq = ${request}.seq + (n.id << 40)))`;

const COUNTS = `SELECT scope, sum(n) AS n FROM (
    SELECT scope, count(*) AS n FROM vectors GROUP BY scope
    UNION ALL SELECT s.scope, sum(d.n) FROM (SELECT scope AS id, sum(${HELD}) AS n FROM request_vectors GROUP BY scope) d JOIN scopes s USING (id)
      GROUP BY s.scope)
  GROUP BY scope`;
const COUNT = `SELECT (SELECT count(*) FROM vectors WHERE scope = ?1)
  + (SELECT coalesce(sum(${HELD}), 0) FROM request_vectors WHERE scope = ${SCOPE_ID('?1')}) AS n`;

/** Vectors of every model, by scope. Reads indexes from end to end. */
export function countVectors(database: Database): readonly { readonly scope: Scope; readonly count: number }[] {
  return database
    .prepare(COUNTS)
    .all()
    .map((row) => ({ scope: scopeOf(String(row['scope'])), count: Number(row['n']) }));
}

export const countVectorsIn = (database: Database, scope: Scope): number => Number(database.prepare(COUNT).get(keyOf(scope))?.['n']);
