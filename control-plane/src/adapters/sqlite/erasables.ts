// Every table that holds data of principals, as the register of erasure sees it. A test compares `tables` with the schema.
import type { Scope } from '../../kernel/index.ts';
import type { Erasable } from '../../privacy/index.ts';
import type { Checkpointer } from './checkpointer.ts';
import { query, type Database } from './database.ts';
import { holdsOf } from './holds.ts';
import { keepRuns, rebuildThreads, removeRequests } from './removal.ts';
import { SAMPLE_COLUMNS, sampleIn } from './request-record.ts';
import { JOIN_DENSE } from './request-vectors.ts';
import { keyOf } from './scope.ts';
import { wallOf } from './text-index.ts';
import { vaultOf } from './vault.ts';
import type { SqliteVectors } from './vectors.ts';
import { wordIndexes } from './word-index.ts';

/** Requests of one transaction, and how long one may take: others must get in between. Each word of a text is looked up in the index. */
const FIRST_BATCH = 4;
const MOST_BATCH = 500;
const HOLD_MS = 20;

const VECTORS_OF = `SELECT (SELECT count(*) FROM vectors WHERE scope = ?1 AND principal = ?2)
  + (SELECT count(*) FROM requests r ${JOIN_DENSE} WHERE r.scope = ?1 AND r.principal = ?2) AS n`;

interface Removed {
  requests: number;
  threads: number;
  texts: number;
  runs: number;
  salts: number;
}

export function erasablesOf(database: Database, vectors: SqliteVectors, checkpointer: Checkpointer): readonly Erasable[] {
  // Requests last: with them goes what hangs on them, and the receipt counts each thing once, under its own name.
  return [
    labelsOf(database),
    vectorsOf(database, vectors),
    feedbackOf(database),
    alertThreadsOf(database),
    vaultOf(database),
    holdsOf(database),
    ...linkingOf(database),
    requestsOf(database, vectors, checkpointer),
  ];
}

/** Far enough: columns of times in seconds and in milliseconds alike. */
const ALWAYS = Number.MAX_SAFE_INTEGER;

function count(database: Database, text: string, ...parameters: readonly string[]): number {
  return Number(database.prepare(text).get(...parameters)?.['n']);
}

/** Requests with everything that hangs on them: words in the index, salts in the sample, aggregates of their threads. */
function requestsOf(database: Database, vectors: SqliteVectors, checkpointer: Checkpointer): Erasable {
  return {
    name: 'requests',
    tables: ['requests', 'request_words', 'requests_fts', 'threads'],
    async erase(scope: Scope, principal: string, untilMs = ALWAYS) {
      const key = keyOf(scope);
      const removed: Removed = { requests: 0, threads: 0, texts: 0, runs: 0, salts: 0 };
      for (let size = FIRST_BATCH; ;) {
        const startedMs = performance.now();
        const gone = eraseBatch(database, { scope: key, principal, untilMs, limit: size }, removed);
        if (gone.length > 0) vectors.drop(scope, gone);
        if (gone.length < size) break;
        const fitting = Math.round(size * Math.min(2, Math.max(0.5, HOLD_MS / (performance.now() - startedMs))));
        size = Math.min(MOST_BATCH, Math.max(1, fitting));
        await new Promise((resolve) => setImmediate(resolve));
      }
      // Also of what went from other places before.
      await checkpointer.settle();
      return { ...removed };
    },
    residual(scope: Scope, principal: string) {
      const key = keyOf(scope);
      const rows = count(database, 'SELECT count(*) AS n FROM requests WHERE scope = ? AND principal = ?', key, principal);
      const threads = count(database, 'SELECT count(*) AS n FROM threads WHERE scope = ? AND principal = ?', key, principal);
      // Asks the index itself, which could hold words of rows that are gone.
      const words = wordIndexes(database).reduce(
        (sum, { name }) =>
          sum + count(database, `SELECT count(*) AS n FROM ${name} WHERE ${name} MATCH ?`, `wall : ${wallOf(key, principal)}`),
        0,
      );
      return Promise.resolve(rows + threads + words);
    },
  };
}

interface Batch {
  readonly scope: string;
  readonly principal: string;
  readonly untilMs: number;
  readonly limit: number;
}

/** Answers the ids of those that went: fewer than the limit when nothing is left. */
function eraseBatch(database: Database, { scope, principal, untilMs, limit }: Batch, removed: Removed): readonly string[] {
  const rows = database.all(
    query
      .selectFrom('requests')
      .select(['seq', 'thread_id', 'prompt', 'answer', ...SAMPLE_COLUMNS])
      .where('scope', '=', scope)
      .where('principal', '=', principal)
      .where('at', '<=', untilMs / 1_000)
      .limit(limit),
  );
  if (rows.length === 0) return [];
  removed.threads += database.shredPart(() => {
    // Commitments whose salts are gone say nothing of anybody, and the log goes on proving them.
    keepRuns(database, scope, rows, { withTrace: false });
    removeRequests(database, scope, rows, { atOnce: true });
    return rebuildThreads(database, scope, new Set(rows.map((row) => row.thread_id)));
  });
  removed.requests += rows.length;
  for (const row of rows) {
    removed.texts += row.prompt !== null || row.answer !== null ? 1 : 0;
    removed.runs += row.run_id === null ? 0 : 1;
    removed.salts += JSON.stringify(sampleIn(row)).match(/"salt":"/g)?.length ?? 0;
  }
  return rows.map(({ id }) => id);
}

function vectorsOf(database: Database, vectors: SqliteVectors): Erasable {
  return {
    name: 'vectors',
    tables: ['vectors', 'request_vectors'],
    erase: async (scope, principal, untilMs) => ({ vectors: await vectors.removePrincipal(scope, principal, untilMs) }),
    residual: (scope, principal) => Promise.resolve(count(database, VECTORS_OF, keyOf(scope), principal)),
  };
}

function feedbackOf(database: Database): Erasable {
  return {
    name: 'feedback',
    tables: ['feedback'],
    erase(scope, principal, untilMs = ALWAYS) {
      const mine = query.deleteFrom('feedback').where('scope', '=', keyOf(scope)).where('principal', '=', principal);
      return Promise.resolve({ feedback: database.shred(() => database.run(mine.where('at_ms', '<=', Math.trunc(untilMs)))) });
    },
    residual: (scope, principal) =>
      Promise.resolve(count(database, 'SELECT count(*) AS n FROM feedback WHERE scope = ? AND principal = ?', keyOf(scope), principal)),
  };
}

/** Threads of the principal that show what an alert is about; what was found stays, since it counts people and names none. */
function alertThreadsOf(database: Database): Erasable {
  return {
    name: 'alert_threads',
    tables: ['alert_threads'],
    // They have no age of their own: all of them go, and those of later threads come back when the alert is explained anew.
    erase: (scope, principal) =>
      Promise.resolve({
        alertThreads: database.shred(() =>
          database.run(query.deleteFrom('alert_threads').where('scope', '=', keyOf(scope)).where('principal', '=', principal)),
        ),
      }),
    residual: (scope, principal) =>
      Promise.resolve(
        count(database, 'SELECT count(*) AS n FROM alert_threads WHERE scope = ? AND principal = ?', keyOf(scope), principal),
      ),
  };
}

const LINKING = { verdicts: ['link_verdicts'], repairs: ['repairs', 'repair_moves', 'repair_contradictions'] } as const;
const OWN = 'scope = ?1 AND principal = ?2';
/** Rows of the principal, each by an index. Verdicts are theirs by their requests, which go after them. */
const MINE = {
  link_verdicts: [
    `link_verdicts INDEXED BY link_verdicts_person WHERE ${OWN} AND source = 'person'`,
    `link_verdicts WHERE scope = ?1 AND request_id IN (SELECT id FROM requests WHERE ${OWN})`,
  ],
  repairs: [`repairs WHERE ${OWN}`],
  repair_moves: [`repair_moves WHERE ${OWN}`],
  repair_contradictions: [`repair_contradictions WHERE ${OWN}`],
} as const;
const AGE = { link_verdicts: 'at', repairs: 'at_ms', repair_moves: 'at', repair_contradictions: 'at' } as const;

/** What was said of the linking of the principal's requests: whether guesses were right, and what people set right. */
function linkingOf(database: Database): readonly Erasable[] {
  return Object.entries(LINKING).map(([name, tables]) => ({
    name,
    tables,
    erase(scope, principal, untilMs = ALWAYS) {
      const removed = database.shred(() =>
        tables.map((table) => {
          const until = AGE[table] === 'at' ? untilMs / 1_000 : Math.trunc(untilMs);
          // "+": not by its time, which would walk all of the scope's.
          const texts = MINE[table].map((mine) => `DELETE FROM ${mine} AND +${AGE[table]} <= ?3`);
          return texts.reduce((sum, text) => sum + Number(database.prepare(text).run(keyOf(scope), principal, until).changes), 0);
        }),
      );
      return Promise.resolve({ [name]: removed[0] ?? 0 });
    },
    residual(scope, principal) {
      const left = tables.flatMap((table) => MINE[table].map((mine) => `SELECT count(*) AS n FROM ${mine}`));
      return Promise.resolve(left.reduce((sum, text) => sum + count(database, text, keyOf(scope), principal), 0));
    },
  }));
}

/** Labels are words of members: those of the principal's topics and of the coarser ones go, and come back from the members that are left. */
function labelsOf(database: Database): Erasable {
  // "+": not by topic, which would walk all requests of the scope that have one.
  const MINE = 'SELECT topic_id FROM requests WHERE scope = ?1 AND principal = ?2 AND +topic_id IS NOT NULL';
  return {
    name: 'topic_labels',
    tables: ['topics'],
    erase(scope, principal, untilMs = ALWAYS) {
      const own = `${MINE} AND at <= ?3`;
      const coarser = `SELECT parent FROM topics WHERE scope = ?1 AND parent IS NOT NULL AND id IN (${own})`;
      const labels = database.prepare(
        // Labels of a fixed list are nobody's words.
        `UPDATE topics SET label = '' WHERE scope = ?1 AND substr(id, 1, 2) <> 'tx' AND (id IN (${own}) OR id IN (${coarser}))`,
      );
      database.shred(() => labels.run(keyOf(scope), principal, untilMs / 1_000));
      return Promise.resolve({});
    },
    // Runs after the requests are gone; what is left of labels comes from others.
    residual: (scope, principal) => Promise.resolve(count(database, `SELECT count(*) AS n FROM (${MINE})`, keyOf(scope), principal)),
  };
}
