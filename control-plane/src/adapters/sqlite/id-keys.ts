// Requests by ids that others gave them. Such ids are random, and long: their indexes hold the last eight characters alone, and
// what is found is compared whole. Whoever makes ids that end alike finds their own requests more slowly, as with equal ones.

import { sql, type RawBuilder } from 'kysely';

/** Of the provider's answer. */
export const RESPONSE_ID = `json_extract(sample, '$.call.responseId')`;
/** As the indexes of migration 0023 spell them: another spelling finds no index. */
const COLUMNS = {
  run: 'run_id',
  trace: 'trace_id',
  correlation: 'correlation_id',
  response: RESPONSE_ID,
} as const;
export type GivenId = keyof typeof COLUMNS;

/**
 * SQL for the numbers of the scope's requests that have the id; `scope` and `id` are placeholders. "+" keeps the planner
 * from walking the scope.
 */
export function numbersBy(kind: GivenId, scope: string, id: string): string {
  const column = COLUMNS[kind];
  const byEnd = `SELECT seq FROM requests WHERE substr(${column}, -8) = substr(${id}, -8) AND ${column} = ${id} AND +scope = ${scope}`;
  if (kind !== 'run') return `${byEnd} AND ${column} IS NOT NULL`;
  // Gateways name a run as they name its request; the index of runs holds the others.
  return `SELECT seq FROM requests WHERE scope = ${scope} AND id = ${id} AND run_id = id UNION ALL ${byEnd} AND run_id <> id`;
}

/** The same of runs, as a condition on the number of a request. */
export function isOfRun(column: 'seq' | 'r.seq', scope: string, runId: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} IN (SELECT seq FROM requests WHERE scope = ${scope} AND id = ${runId} AND run_id = id
    UNION ALL SELECT seq FROM requests WHERE substr(run_id, -8) = substr(${runId}, -8) AND run_id = ${runId} AND +scope = ${scope}
      AND run_id <> id)`;
}

/** What run_identities.run_id says of a run: nothing where it is named as its request is, as gateways name them. */
export const runNameOf = (runId: string, requestId: string): string => (runId === requestId ? '' : runId);

/**
 * SQL for the proof `i` of the run and request that two columns name. Rows from before name every run, until repack.ts has
 * taken them over.
 */
export const isProofOf = (run: string, request: string): string =>
  `i.run_id IN (${run}, CASE WHEN ${run} = ${request} THEN '' END) AND i.request_id = ${request}`;

/** SQL for the number of the first proof of a run. Two searches: of one with OR the planner would read the scope. */
export const firstProof = (scope: string, runId: string): RawBuilder<number> =>
  sql<number>`(SELECT min(seq) FROM (SELECT seq FROM run_identities WHERE scope = ${scope} AND run_id = ${runId}
    UNION ALL SELECT seq FROM run_identities WHERE scope = ${scope} AND run_id = '' AND request_id = ${runId}))`;
