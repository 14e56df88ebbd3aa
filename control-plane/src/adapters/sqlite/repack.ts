// Rows from before texts and records were pressed, taken over while the service runs: newest first, some at a time, each
// batch in one transaction with the mark of how far it got. Until then they are read as they are.
import { UNDECLARED, type Sample } from '#contract';
import { elements, query, type Database } from './database.ts';
import { packedColumns, SAMPLE_COLUMNS, sampleIn, wordsIn } from './request-record.ts';
import { writeDense } from './request-vectors.ts';
import { packProof, proofColumns, proofIn } from './run-proof.ts';
import type { VectorTable } from './schema.ts';
import { fromBlob, toBlob } from './vector-blob.ts';
import { INDEX_MARK, takeWordsOver } from './word-index.ts';

/** Vectors with the number of the request that says the same of them. */
const OWN_VECTORS = `SELECT v.seq, v.scope, v.model, v.kind, v.at_ms, v.vector, r.seq AS request
  FROM vectors v LEFT JOIN requests r ON r.scope = v.scope AND r.id = v.request_id AND r.thread_id = v.thread_id AND r.principal IS v.principal
  WHERE v.seq > ? AND v.seq <= ? ORDER BY v.seq LIMIT ?`;

/** How far vectors are taken over, which begin with the oldest. */
const VECTORS_DONE = 'repack_dense_done';
const PUT = 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';

/** By the key in `meta` that names the highest number that may still be in the old form. */
const STEPS: Readonly<Record<string, (database: Database, upTo: number, limit: number) => readonly number[]>> = {
  repack_requests: repackRequests,
  repack_run_identities: repackIdentities,
  repack_dense_vectors: repackVectors,
  repack_proofs: repackProofs,
  repack_run_names: repackRunNames,
  repack_words: repackWords,
  [INDEX_MARK]: repackIndex,
};

/** Takes over at most so many rows; answers how many, 0 when there is none left. Durable when it returns. */
export function repackNext(database: Database, limit: number): number {
  for (const [key, step] of Object.entries(STEPS)) {
    const mark = database.get(query.selectFrom('meta').select('value').where('key', '=', key))?.value;
    if (mark === undefined) continue;
    const done = database.transaction(() => {
      const seqs = step(database, Number(mark), limit);
      const least = Math.min(...seqs);
      if (seqs.length < limit) database.run(query.deleteFrom('meta').where('key', '=', key));
      else
        database.run(
          query
            .updateTable('meta')
            .set({ value: String(least - 1) })
            .where('key', '=', key),
        );
      return seqs.length;
    });
    if (done > 0) return done;
  }
  return 0;
}

function repackRequests(database: Database, upTo: number, limit: number): readonly number[] {
  const rows = database.all(
    query.selectFrom('requests').selectAll().where('packed', 'is', null).where('seq', '<=', upTo).orderBy('seq', 'desc').limit(limit),
  );
  for (const row of rows) {
    // Texts of the linker's input go with the words.
    const turn = JSON.parse(row.turn) as { inferable: boolean; text?: string; answer?: string };
    delete turn.text;
    delete turn.answer;
    const held = { sample: JSON.parse(row.sample) as Sample, placement: JSON.parse(row.placement) as { fork?: unknown }, turn };
    const { texts, ...columns } = packedColumns(row, held, wordsIn(row));
    database.run(
      query
        .updateTable('requests')
        .set({ ...columns, texts: null })
        .where('seq', '=', row.seq),
    );
    if (texts !== null) database.run(query.insertInto('request_words').values({ seq: row.seq, texts }));
  }
  return rows.map(({ seq }) => seq);
}

function repackIdentities(database: Database, upTo: number, limit: number): readonly number[] {
  const rows = database.all(
    query
      .selectFrom('run_identities')
      .select(['seq', 'judgement', 'signed', 'envelope'])
      .where('proof', 'is', null)
      .where('seq', '<=', upTo)
      .orderBy('seq', 'desc')
      .limit(limit),
  );
  for (const { seq, judgement, signed, envelope } of rows) {
    const proof = packProof({ signed: JSON.parse(signed) as never, envelope: JSON.parse(envelope) as never });
    const short = judgement === JSON.stringify(UNDECLARED) ? 'null' : judgement;
    database.run(query.updateTable('run_identities').set({ proof, signed: '', envelope: '', judgement: short }).where('seq', '=', seq));
  }
  return rows.map(({ seq }) => seq);
}

interface OwnVector extends Pick<VectorTable, 'scope' | 'model' | 'at_ms' | 'vector'> {
  readonly seq: number;
  readonly kind: 'prompt' | 'answer';
  readonly request: number | null;
}

/**
 * Vectors that stand where their requests stand go into the rows of those; the others are put in steps. Oldest first, from a
 * mark of its own: rows with ever lower numbers would leave every page half empty.
 */
function repackVectors(database: Database, upTo: number, limit: number): readonly number[] {
  const mark = query.selectFrom('meta').select('value').where('key', '=', VECTORS_DONE);
  const rows = database.prepare(OWN_VECTORS).all(Number(database.get(mark)?.value ?? 0), upTo, limit);
  for (const row of rows) {
    const { seq: own, request, scope, model, kind, at_ms: atMs, vector: blob } = row as unknown as OwnVector;
    const vector = fromBlob(blob);
    if (request === null) {
      database.run(
        query
          .updateTable('vectors')
          .set({ vector: toBlob(vector) })
          .where('seq', '=', own),
      );
      continue;
    }
    writeDense(database, { seq: request, scope, model, atMs, [kind]: vector });
    database.run(query.deleteFrom('vectors').where('seq', '=', own));
  }
  const last = rows.at(-1)?.['seq'];
  if (rows.length < limit) database.run(query.deleteFrom('meta').where('key', '=', VECTORS_DONE));
  else if (last !== undefined) database.prepare(PUT).run(VECTORS_DONE, String(last));
  // The upper mark stays where it is.
  return rows.map(() => upTo + 1);
}

/** Statements that say what their requests say keep the signature alone; the others stay whole. */
function repackProofs(database: Database, upTo: number, limit: number): readonly number[] {
  const rows = database.all(
    query
      .selectFrom('run_identities')
      .select(['seq', 'scope', 'run_id', 'request_id', 'proof', 'signer'])
      .where('seq', '<=', upTo)
      .orderBy('seq', 'desc')
      .limit(limit),
  );
  for (const { seq, scope, run_id: name, request_id: requestId, proof, signer } of rows) {
    if (proof === null || signer !== null) continue;
    const runId = name === '' ? requestId : name;
    const stored = database.get(
      query
        .selectFrom('requests')
        .select(SAMPLE_COLUMNS)
        .where('scope', '=', scope)
        .where('id', '=', requestId)
        .where('run_id', '=', runId),
    );
    if (stored === undefined) continue;
    const columns = proofColumns(database, scope, proofIn(proof), sampleIn(stored));
    if (columns.signer !== null) database.run(query.updateTable('run_identities').set(columns).where('seq', '=', seq));
  }
  return rows.map(({ seq }) => seq);
}

/** Runs that are named as their request is, once. */
function repackRunNames(database: Database, upTo: number, limit: number): readonly number[] {
  const rows = database.all(
    query.selectFrom('run_identities').select(['seq', 'run_id', 'request_id']).where('seq', '<=', upTo).orderBy('seq', 'desc').limit(limit),
  );
  const own = rows.filter((row) => row.run_id === row.request_id).map(({ seq }) => seq);
  database.run(query.updateTable('run_identities').set({ run_id: '' }).where('seq', 'in', elements(own)));
  return rows.map(({ seq }) => seq);
}

/** Words out of the rows of requests into rows of their own. */
function repackWords(database: Database, upTo: number, limit: number): readonly number[] {
  const rows = database.all(
    query.selectFrom('requests').select(['seq', 'texts']).where('seq', '<=', upTo).orderBy('seq', 'desc').limit(limit),
  );
  for (const { seq, texts } of rows) {
    if (texts === null) continue;
    database.run(query.insertInto('request_words').values({ seq, texts }));
    database.run(query.updateTable('requests').set({ texts: null }).where('seq', '=', seq));
  }
  return rows.map(({ seq }) => seq);
}

function repackIndex(database: Database, upTo: number, limit: number): readonly number[] {
  const rows = database.all(query.selectFrom('requests').select('seq').where('seq', '<=', upTo).orderBy('seq', 'desc').limit(limit));
  const seqs = rows.map(({ seq }) => seq);
  takeWordsOver(database, seqs, seqs.length < limit);
  return seqs;
}
