// Of whom anything is stored.
import type { Scope } from '../../kernel/index.ts';
import type { Database } from './database.ts';
import { keyOf, scopeOf } from './scope.ts';

// Verdicts hang on requests, or on repairs.
const TABLES = ['requests', 'threads', 'vectors', 'feedback', 'vault_keys', 'repairs'] as const;
const ALL = TABLES.map((table) => `SELECT DISTINCT scope, principal FROM ${table} WHERE principal IS NOT NULL`).join(' UNION ');
const HOLDS = TABLES.map((table) => `EXISTS (SELECT 1 FROM ${table} WHERE scope = ?1 AND principal = ?2)`).join(' OR ');
const NEW = `SELECT NOT (EXISTS (SELECT 1 FROM requests) OR EXISTS (SELECT 1 FROM past_runs) OR EXISTS (SELECT 1 FROM log_trees)
  OR EXISTS (SELECT 1 FROM journal)) AS is_new`;

export interface Subjects {
  /** Pseudonyms with the scope of each. */
  principals(): readonly { readonly scope: Scope; readonly principal: string }[];
  holds(scope: Scope, principal: string): boolean;
  /** True until the first request. */
  isNew(): boolean;
}

export function subjectsIn(database: Database): Subjects {
  return {
    principals: () =>
      database
        .prepare(ALL)
        .all()
        .map((row) => ({ scope: scopeOf(String(row['scope'])), principal: String(row['principal']) })),
    holds: (scope, principal) => Number(database.prepare(`SELECT ${HOLDS} AS held`).get(keyOf(scope), principal)?.['held']) === 1,
    isNew: () => Number(database.prepare(NEW).get()?.['is_new']) === 1,
  };
}
