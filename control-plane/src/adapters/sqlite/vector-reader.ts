// Vectors as the file has them, of both forms: request-vectors.ts says which. They are read one after the other, and always
// those of the table `vectors` first: a row that repack.ts takes over meanwhile is met again in its new form, and none is missed.
import type { Database } from './database.ts';
import { DENSE_COLUMNS, HELD, modelKeys, OWN_COLUMNS, scopeId, vectorsIn } from './request-vectors.ts';
import { fromBlob } from './vector-blob.ts';
import type { VectorRow } from './vector-row.ts';

// ?1 and ?2 are scope and model. "+" on the model: by its index the planner would walk every vector of the model instead of
// looking a few requests up.
const OWN = {
  ofRequests: `SELECT ${OWN_COLUMNS} FROM vectors WHERE scope = ?1 AND +model = ?2 AND request_id IN (SELECT value FROM json_each(?3))`,
  next: `SELECT seq, ${OWN_COLUMNS} FROM vectors WHERE +scope = ?1 AND +model = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4`,
  all: `SELECT ${OWN_COLUMNS} FROM vectors WHERE scope = ?1 AND model = ?2`,
  ofPrincipal: `SELECT ${OWN_COLUMNS} FROM vectors WHERE scope = ?1 AND +model = ?2 AND principal = ?3`,
  threads: `SELECT request_id AS id, thread_id FROM vectors WHERE scope = ?1 AND +model = ?2 AND request_id IN (SELECT value FROM json_each(?3))`,
  // length() of a blob reads its header only; the vector is that of the longest.
  longest: 'SELECT count(*) AS n, max(length(vector)), vector FROM vectors WHERE +scope = ?1 AND +model = ?2 AND seq > ?3 AND seq <= ?4',
  last: 'SELECT max(seq) AS seq FROM vectors',
} as const;
// ?1 and ?2 are the scope's key and number, ?3 what is added to a request's number. The joins stand in the order in which
// they are to be made.
const DENSE = {
  ofRequests: `SELECT ${DENSE_COLUMNS} FROM json_each(?4) e CROSS JOIN requests r ON r.scope = ?1 AND r.id = e.value
    CROSS JOIN request_vectors v ON v.seq = r.seq + ?3 WHERE v.scope = ?2`,
  next: `SELECT v.seq AS seq, ${DENSE_COLUMNS} FROM request_vectors v CROSS JOIN requests r ON r.seq = v.seq - ?3 AND r.scope = ?1
    WHERE +v.scope = ?2 AND v.seq > ?4 AND v.seq < ?5 ORDER BY v.seq LIMIT ?6`,
  ofPrincipal: `SELECT ${DENSE_COLUMNS} FROM requests r CROSS JOIN request_vectors v ON v.seq = r.seq + ?3
    WHERE r.scope = ?1 AND r.principal = ?4 AND v.scope = ?2`,
  longest: `SELECT coalesce(sum(${HELD}), 0) AS n, max(length(coalesce(prompt, answer))), coalesce(prompt, answer) AS vector
    FROM request_vectors WHERE +scope = ?1 AND seq > ?2 AND seq <= ?3`,
  last: 'SELECT max(seq) AS seq FROM request_vectors WHERE seq < ?',
} as const;
const THREADS = 'SELECT id, thread_id FROM requests WHERE scope = ?1 AND id IN (SELECT value FROM json_each(?2))';
/** Rows of one read. */
const CHUNK = 4_000;
/** Numbers that are counted at once. */
const STRETCH = 20_000;

export interface Extent {
  readonly count: number;
  readonly dimensions: number;
}

export class VectorReader {
  private readonly database: Database;
  private readonly scope: string;
  private readonly model: string;

  /** Reads one scope's vectors of one model. */
  constructor(database: Database, scope: string, model: string) {
    this.database = database;
    this.scope = scope;
    this.model = model;
  }

  /** What statements of request_vectors are given; undefined where it holds nothing of either. */
  private place(): { readonly given: readonly [string, number, number]; readonly to: number } | undefined {
    const keys = modelKeys(this.database, this.model);
    const id = scopeId(this.database, this.scope);
    return keys === undefined || id === undefined ? undefined : { given: [this.scope, id, keys.base], to: keys.to };
  }

  private *rows(text: string, given: readonly (string | number)[]): Generator<VectorRow> {
    for (const row of this.database.prepare(text).iterate(...given)) yield* vectorsIn(this.scope, this.model, row);
  }

  *ofRequests(ids: readonly string[]): Generator<VectorRow> {
    const wanted = JSON.stringify(ids);
    yield* this.rows(OWN.ofRequests, [this.scope, this.model, wanted]);
    const place = this.place();
    if (place !== undefined) yield* this.rows(DENSE.ofRequests, [...place.given, wanted]);
  }

  *ofPrincipal(principal: string): Generator<VectorRow> {
    yield* this.rows(OWN.ofPrincipal, [this.scope, this.model, principal]);
    const place = this.place();
    if (place !== undefined) yield* this.rows(DENSE.ofPrincipal, [...place.given, principal]);
  }

  /** All of them, a portion at a time, between which others may write: each portion is read whole before it is given. */
  *portions(): Generator<readonly VectorRow[]> {
    yield* this.walk(OWN.next, [this.scope, this.model], 0, []);
    const place = this.place();
    // The first key of a model is that of request 0, which there is not.
    if (place !== undefined) yield* this.walk(DENSE.next, place.given, place.given[2], [place.to]);
  }

  private *walk(
    text: string,
    given: readonly (string | number)[],
    from: number,
    until: readonly number[],
  ): Generator<readonly VectorRow[]> {
    for (let after = from, read = CHUNK; read === CHUNK;) {
      const found: VectorRow[] = [];
      read = 0;
      for (const row of this.database.prepare(text).iterate(...given, after, ...until, CHUNK)) {
        found.push(...vectorsIn(this.scope, this.model, row));
        after = Number(row['seq']);
        read += 1;
      }
      yield found;
    }
  }

  /** How many there are, and how long the longest is, as far as was counted: a stretch at a time, between which others may write. */
  *extents(): Generator<Extent> {
    const place = this.place();
    let extent: Extent = { count: 0, dimensions: 0 };
    for (const row of this.stretches(OWN.longest, [this.scope, this.model], 0, this.lastOf(OWN.last, 0)))
      yield (extent = joined(extent, row));
    if (place === undefined) return;
    const [, id, base] = place.given;
    for (const row of this.stretches(DENSE.longest, [id], base, this.lastOf(DENSE.last, base, place.to)))
      yield (extent = joined(extent, row));
  }

  private lastOf(text: string, from: number, ...given: readonly number[]): number {
    return Number(this.database.prepare(text).get(...given)?.['seq'] ?? from);
  }

  private *stretches(text: string, given: readonly (string | number)[], from: number, last: number): Generator<Record<string, unknown>> {
    for (let after = from; after < last; after += STRETCH) yield this.database.prepare(text).get(...given, after, after + STRETCH) ?? {};
  }

  /** In which threads requests stand, by id: where a row of the table `vectors` says so for itself, in that one. */
  threads(ids: readonly string[]): ReadonlyMap<string, string> {
    const wanted = JSON.stringify(ids);
    const rows = [
      ...this.database.prepare(THREADS).all(this.scope, wanted),
      ...this.database.prepare(OWN.threads).all(this.scope, this.model, wanted),
    ];
    return new Map(rows.map((row) => [row['id'] as string, row['thread_id'] as string]));
  }
}

function joined({ count, dimensions }: Extent, { n, vector }: Record<string, unknown>): Extent {
  if (Number(n) === 0) return { count, dimensions };
  return { count: count + Number(n), dimensions: Math.max(dimensions, fromBlob(vector as Uint8Array).length) };
}
