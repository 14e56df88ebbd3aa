import type { DsseEnvelope } from '#contract';
import type { EpochStatement, EpochStore, StoredEpoch } from '../../identity/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { bindEpoch, noteRefused } from './counters.ts';
import type { Database } from './database.ts';
import { keyOf } from './scope.ts';

const KNOWN = 'SELECT runs, state FROM gateway_epochs WHERE scope = ? AND epoch = ?';
const WRITE = `INSERT INTO gateway_epochs (scope, epoch, key_id, runs, passed, lost, state, received_ms, envelope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope, epoch) DO UPDATE SET runs = excluded.runs, passed = excluded.passed, lost = excluded.lost, state = excluded.state,
    received_ms = excluded.received_ms, envelope = excluded.envelope`;

export class SqliteEpochs implements EpochStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async take(scope: Scope, { keyId, said, envelope, receivedMs }: EpochStatement): Promise<'taken' | 'older' | 'other_key'> {
    const key = keyOf(scope);
    const { epoch } = said.gateway;
    return Promise.resolve(
      this.database.transaction(() => {
        if (!bindEpoch(this.database, key, epoch, keyId, receivedMs)) return 'other_key';
        const known = this.database.prepare(KNOWN).get(key, epoch);
        // What was closed stays closed, and nobody takes numbers back.
        if (known && (known['state'] === 'closed' || Number(known['runs']) > said.runs)) return 'older';
        const lost = JSON.stringify(said.lost);
        this.database
          .prepare(WRITE)
          .run(key, epoch, keyId, said.runs, said.passed ?? 0, lost, said.state, receivedMs, JSON.stringify(envelope));
        return 'taken';
      }),
    );
  }

  async refuse(scope: Scope, reason: string, claimed: string, nowMs: number): Promise<void> {
    noteRefused(this.database, keyOf(scope), reason, claimed, nowMs);
    return Promise.resolve();
  }

  async list(scope: Scope, limit: number): Promise<readonly StoredEpoch[]> {
    const rows = this.database
      .prepare('SELECT epoch, received_ms, envelope FROM gateway_epochs WHERE scope = ? ORDER BY received_ms DESC, epoch LIMIT ?')
      .all(keyOf(scope), limit);
    return Promise.resolve(
      rows.map((row) => ({
        epoch: String(row['epoch']),
        receivedMs: Number(row['received_ms']),
        envelope: JSON.parse(String(row['envelope'])) as DsseEnvelope,
      })),
    );
  }
}
