import type { Calibration, CalibrationStore, Preview } from '../../accuracy/index.ts';
import type { AuditEntry, Scope } from '../../kernel/index.ts';
import type { LinkerTuning } from '../../threads/index.ts';
import type { AuditWriter } from './audit.ts';
import { query, type Database } from './database.ts';
import type { CalibrationTable } from './schema.ts';
import { keyOf, scopeOf } from './scope.ts';

const NEXT = 'SELECT coalesce(max(version), 0) + 1 AS version FROM calibrations WHERE scope = ?';
const IN_FORCE = `SELECT c.* FROM calibrations c
  JOIN (SELECT scope, max(version) AS version FROM calibrations GROUP BY scope) newest USING (scope, version)`;

const toCalibration = (row: CalibrationTable): Calibration => ({
  version: row.version,
  action: row.action as Calibration['action'],
  revertedTo: row.reverted_to,
  tuning: row.tuning === null ? null : (JSON.parse(row.tuning) as LinkerTuning),
  preview: row.preview === null ? null : (JSON.parse(row.preview) as Preview),
  atMs: row.at_ms,
  by: row.by_id,
});

export class SqliteCalibrations implements CalibrationStore {
  private readonly database: Database;
  private readonly audit: AuditWriter;

  constructor(database: Database, audit: AuditWriter) {
    this.audit = audit;
    this.database = database;
  }

  list(scope: Scope): Promise<readonly Calibration[]> {
    const rows = query.selectFrom('calibrations').selectAll().where('scope', '=', keyOf(scope)).orderBy('version', 'desc');
    return Promise.resolve(this.database.all(rows).map(toCalibration));
  }

  append(scope: Scope, calibration: Omit<Calibration, 'version'>, audit?: (version: number) => AuditEntry): Promise<Calibration> {
    const { action, revertedTo, tuning, preview, atMs, by } = calibration;
    const key = keyOf(scope);
    const row = this.database.transaction(() => {
      const added: CalibrationTable = {
        scope: key,
        version: Number(this.database.prepare(NEXT).get(key)?.['version']),
        action,
        reverted_to: revertedTo,
        tuning: tuning === null ? null : JSON.stringify(tuning),
        preview: preview === null ? null : JSON.stringify(preview),
        at_ms: atMs,
        by_id: by,
      };
      this.database.run(query.insertInto('calibrations').values(added));
      this.audit.add(audit?.(added.version));
      return added;
    });
    return Promise.resolve(toCalibration(row));
  }

  inForce(): Promise<readonly { readonly scope: Scope; readonly calibration: Calibration }[]> {
    const rows = this.database.prepare(IN_FORCE).all() as unknown as readonly CalibrationTable[];
    return Promise.resolve(rows.map((row) => ({ scope: scopeOf(row.scope), calibration: toCalibration(row) })));
  }
}
