// That a user was erased, kept so that what was on its way at that moment is not stored afterwards.
import { createHash } from 'node:crypto';
import type { Scope } from '../../kernel/index.ts';
import type { Tombstones } from '../../privacy/index.ts';
import { query, type Database } from './database.ts';
import { keyOf } from './scope.ts';

const subjectOf = (scope: string, principal: string): Uint8Array =>
  createHash('sha256')
    .update(JSON.stringify([scope, principal]))
    .digest();

// Hot path: once a request.
const FIND = 'SELECT 1 FROM tombstones WHERE subject = ? AND erased_at_ms >= ?';

/** True for a request that the principal made before being erased. */
export function isBuried(database: Database, scope: string, principal: string, atMs: number): boolean {
  return database.prepare(FIND).get(subjectOf(scope, principal), Math.trunc(atMs)) !== undefined;
}

export class SqliteTombstones implements Tombstones {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async set(scope: Scope, principal: string, atMs: number): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      this.database.run(
        query
          .insertInto('tombstones')
          .values({ subject: subjectOf(key, principal), erased_at_ms: Math.trunc(atMs) })
          .onConflict((conflict) => conflict.column('subject').doUpdateSet({ erased_at_ms: Math.trunc(atMs) })),
      );
      this.database.run(
        query
          .insertInto('events')
          .values({ type: 'SubjectErased', scope: key, payload: JSON.stringify({ principal, untilMs: Math.trunc(atMs) }) }),
      );
    });
    return Promise.resolve();
  }

  async covers(scope: Scope, principal: string, atMs: number): Promise<boolean> {
    return Promise.resolve(isBuried(this.database, keyOf(scope), principal, atMs));
  }
}
