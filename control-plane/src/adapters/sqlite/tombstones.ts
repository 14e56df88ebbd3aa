// That a user was erased, kept so that what was on its way at that moment is not stored afterwards.
import { createHash } from 'node:crypto';
import type { AuditEntry, Scope } from '../../kernel/index.ts';
import type { Tombstones } from '../../privacy/index.ts';
import type { AuditWriter } from './audit.ts';
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
  private readonly audit: AuditWriter;

  constructor(database: Database, audit: AuditWriter) {
    this.database = database;
    this.audit = audit;
  }

  async restore(subject: string, atMs: number): Promise<boolean> {
    const put = query
      .insertInto('tombstones')
      .values({ subject: Buffer.from(subject, 'hex'), erased_at_ms: Math.trunc(atMs) })
      .onConflict((conflict) =>
        conflict
          .column('subject')
          .doUpdateSet({ erased_at_ms: Math.trunc(atMs) })
          .where('tombstones.erased_at_ms', '<', Math.trunc(atMs)),
      );
    return Promise.resolve(this.database.run(put) > 0);
  }

  async set(scope: Scope, principal: string, atMs: number, audit?: AuditEntry): Promise<void> {
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
      this.audit.add(audit);
    });
    return Promise.resolve();
  }

  async covers(scope: Scope, principal: string, atMs: number): Promise<boolean> {
    return Promise.resolve(isBuried(this.database, keyOf(scope), principal, atMs));
  }
}
