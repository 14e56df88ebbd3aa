// Verdicts on guesses. A row's `guess` holds numbers and ids of requests, no words.
import type { KeptVerdict, Tally, VerdictStore } from '../../accuracy/index.ts';
import type { StoredTurn } from '../../ingest/ports.ts';
import type { Scope } from '../../kernel/index.ts';
import type { Guess, Verdict, VerdictKind } from '../../threads/index.ts';
import { query, type Database } from './database.ts';
import { packRecord, unpack } from './packed.ts';
import { keyOf, scopeOf } from './scope.ts';

// A guess keeps six candidates at most: of a person with more, the right one may be among those that are not named.
const TALLIES = `SELECT source, evidence, kind, min(9, CAST(confidence * 10 AS INTEGER)) AS bin, CAST(at / 86400 AS INTEGER) AS day,
    choices > 0 AS had_choice, count(*) AS count, sum(confidence) AS stated,
    sum(CASE WHEN kind IN ('missed_join', 'false_new') 
      THEN json_extract(guess, '$.right') < 0 AND choices < 6 ELSE 0 END) AS beyond_reach
  FROM link_verdicts WHERE scope = ? AND at >= ? AND at <= ? GROUP BY 1, 2, 3, 4, 5, 6`;
const PEOPLE = `SELECT source, count(DISTINCT principal) AS n FROM link_verdicts WHERE scope = ? AND at >= ? AND at <= ? GROUP BY source`;
// Both verdicts on one request stand side by side: a few rows more than are wanted are read.
const NEWEST = `SELECT * FROM link_verdicts WHERE scope = ? ORDER BY at DESC, request_id DESC, source DESC LIMIT ?`;
// Leaps from scope to scope, instead of reading every row to find the few there are.
const SCOPES = `WITH RECURSIVE s (scope) AS (
    SELECT min(scope) FROM link_verdicts
    UNION ALL SELECT (SELECT min(scope) FROM link_verdicts WHERE scope > s.scope) FROM s WHERE s.scope IS NOT NULL
  ) SELECT scope FROM s WHERE scope IS NOT NULL`;
const THEIRS = 'SELECT 1 FROM requests WHERE scope = ? AND id = ? AND principal = ?';
const KINDS = `SELECT kind FROM link_verdicts WHERE scope = ? AND source = 'traffic' ORDER BY at DESC LIMIT ?`;

/** What stands in the row's JSON; the rest in columns. */
type Kept = Pick<Verdict, 'right' | 'goesOn'> & { readonly guess: Guess };

/** Within the transaction that stores the turn which brought the evidence. */
export function writeVerdicts(database: Database, { scope, principal, placement: { verdicts = [] } }: StoredTurn): void {
  if (principal === null) return;
  const key = keyOf(scope);
  // Not of requests that were erased or purged meanwhile: a verdict is found, and goes, by its request.
  const isTheirs = (requestId: string): boolean => database.prepare(THEIRS).get(key, requestId, principal) !== undefined;
  for (const verdict of verdicts) if (isTheirs(verdict.requestId)) put(database, key, principal, verdict, null);
}

function put(database: Database, scope: string, principal: string, verdict: Verdict, repairId: string | null): void {
  const { requestId, at, evidence, kind, right, goesOn, guess } = verdict;
  const source = repairId === null ? 'traffic' : 'person';
  const { confidence, candidates } = guess;
  const kept: Kept = { right, goesOn, guess: shortened(guess) };
  const row = {
    principal,
    at,
    evidence,
    kind,
    confidence,
    choices: candidates.length,
    guess: JSON.stringify({ right }),
    packed: packRecord(JSON.stringify(kept)),
    repair_id: repairId,
  };
  database.run(
    query
      .insertInto('link_verdicts')
      .values({ ...row, scope, request_id: requestId, source })
      .onConflict((conflict) => conflict.columns(['scope', 'request_id', 'source']).doUpdateSet(row)),
  );
}

/** Six digits say all that a threshold can tell apart. */
const digits = (value: number): number => Number(value.toPrecision(6));

function shortened(guess: Guess): Guess {
  const { rest, certainty, candidates } = guess;
  return {
    ...guess,
    candidates: candidates.map((one) => ({ ...one, score: digits(one.score), logGap: digits(one.logGap) })),
    ...(rest !== undefined && { rest: digits(rest) }),
    certainty: { slope: digits(certainty.slope), offset: digits(certainty.offset) },
  };
}

export class SqliteVerdicts implements VerdictStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  tallies(scope: Scope, fromMs: number, toMs: number): Promise<readonly Tally[]> {
    const rows = this.database.prepare(TALLIES).all(keyOf(scope), fromMs / 1_000, toMs / 1_000);
    return Promise.resolve(
      rows.map((row) => ({
        source: row['source'] as Tally['source'],
        evidence: row['evidence'] as Tally['evidence'],
        kind: row['kind'] as VerdictKind,
        bin: Number(row['bin']),
        day: Number(row['day']),
        hadChoice: row['had_choice'] === 1,
        count: Number(row['count']),
        stated: Number(row['stated']),
        beyondReach: Number(row['beyond_reach']),
      })),
    );
  }

  people(scope: Scope, fromMs: number, toMs: number): Promise<Readonly<Record<'traffic' | 'person', number>>> {
    const rows = this.database.prepare(PEOPLE).all(keyOf(scope), fromMs / 1_000, toMs / 1_000);
    const of = (source: string): number => Number(rows.find((row) => row['source'] === source)?.['n'] ?? 0);
    return Promise.resolve({ traffic: of('traffic'), person: of('person') });
  }

  newest(scope: Scope, limit: number): Promise<readonly KeptVerdict[]> {
    const kept = new Map<string, KeptVerdict>();
    for (const row of this.database.prepare(NEWEST).all(keyOf(scope), limit)) {
      const requestId = String(row['request_id']);
      if (row['source'] !== 'person' && kept.has(requestId)) continue;
      const { right, goesOn, guess } = JSON.parse(
        row['packed'] === null ? String(row['guess']) : unpack(row['packed'] as Uint8Array),
      ) as Kept;
      kept.set(requestId, {
        requestId,
        principal: String(row['principal']),
        at: Number(row['at']),
        evidence: row['evidence'] as Verdict['evidence'],
        kind: row['kind'] as VerdictKind,
        right,
        goesOn,
        guess,
      });
    }
    return Promise.resolve([...kept.values()].toSorted((a, b) => a.at - b.at || (a.requestId < b.requestId ? -1 : 1)));
  }

  recentKinds(limit: number): Promise<readonly { readonly scope: Scope; readonly kinds: readonly VerdictKind[] }[]> {
    const scopes = this.database.prepare(SCOPES).all();
    return Promise.resolve(
      scopes.map(({ scope }) => {
        const rows = this.database.prepare(KINDS).all(String(scope), limit);
        return { scope: scopeOf(String(scope)), kinds: rows.map(({ kind }) => kind as VerdictKind).reverse() };
      }),
    );
  }

  setForRepair(scope: Scope, repairId: string, principal: string, verdicts: readonly Verdict[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      this.database.run(query.deleteFrom('link_verdicts').where('scope', '=', key).where('repair_id', '=', repairId));
      // Not of requests that were erased or purged meanwhile.
      for (const verdict of verdicts) {
        const row = query.selectFrom('requests').select('seq').where('scope', '=', key).where('id', '=', verdict.requestId);
        if (this.database.get(row) !== undefined) put(this.database, key, principal, verdict, repairId);
      }
    });
    return Promise.resolve();
  }
}
