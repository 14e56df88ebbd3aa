import { canonicalDigest, recordOf, type DsseEnvelope } from '#contract';
import { query, type Database } from './database.ts';
import type { CompositionRecord, LogState, LogStore, SignedBy, TileLevel, TileReader } from '../../identity/index.ts';
import { edgeTiles, growTree, tileKey, TILE_WIDTH } from '../../identity/index.ts';
import type { Clock, Scope } from '../../kernel/index.ts';
import { firstProof } from './id-keys.ts';
import { SAMPLE_COLUMNS, sampleIn } from './request-record.ts';
import { envelopeOf, proofIn, signerIn, type Observed } from './run-proof.ts';
import { keyOf, scopeOf } from './scope.ts';

const ENTRIES = -1;
const READ = 'SELECT hashes FROM log_tiles WHERE scope = ? AND level = ? AND number = ?';
const WRITE = `INSERT INTO log_tiles (scope, level, number, hashes) VALUES (?, ?, ?, ?)
  ON CONFLICT (scope, level, number) DO UPDATE SET hashes = excluded.hashes`;
// The size that the new tiles were made for is part of the statement: two writers can never both go on from one size.
const GROW = `INSERT INTO log_trees (scope, size) VALUES (?1, ?3)
  ON CONFLICT (scope) DO UPDATE SET size = excluded.size WHERE size = ?2`;
const PUBLISH = `UPDATE log_trees SET checkpoint = ?3, checkpoint_size = ?2,
    checkpoint_ms = CASE WHEN checkpoint_size = ?2 THEN checkpoint_ms ELSE ?4 END
  WHERE scope = ?1 AND checkpoint_size <= ?2 AND size >= ?2`;

/** Leaves of one commit, for one log. */
export class LeafAppender {
  private readonly database: Database;
  private readonly scope: string;
  private readonly size: number;
  private readonly leaves: Uint8Array[] = [];

  /** Within a transaction; `write` must be called in the same one. */
  constructor(database: Database, scope: string) {
    this.database = database;
    this.scope = scope;
    this.size = sizeOf(database, scope);
  }

  /** Answers the leaf's place in the log. */
  add(leaf: Uint8Array): number {
    if (leaf.length !== 32) throw new RangeError('A leaf has 32 bytes');
    return this.size + this.leaves.push(leaf) - 1;
  }

  write(): void {
    if (this.leaves.length === 0) return;
    const edge = new Map(edgeTiles(this.size).map((tile) => [tileKey(tile), readTile(this.database, this.scope, tile.level, tile.number)]));
    const known = new Map([...edge].flatMap(([key, hashes]) => (hashes === undefined ? [] : [[key, hashes] as const])));
    const write = this.database.prepare(WRITE);
    for (const { level, number, hashes } of growTree(this.size, known, this.leaves)) write.run(this.scope, level, number, hashes);
    this.writeEntries();
    const { changes } = this.database.prepare(GROW).run(this.scope, this.size, this.size + this.leaves.length);
    if (changes !== 1) throw new Error('The log grew while leaves were added to it');
  }

  private writeEntries(): void {
    const write = this.database.prepare(WRITE);
    let number = Math.floor(this.size / TILE_WIDTH);
    let filled = this.size % TILE_WIDTH;
    for (let taken = 0; taken < this.leaves.length; number += 1, filled = 0) {
      const added = this.leaves.slice(taken, taken + TILE_WIDTH - filled);
      taken += added.length;
      const before = filled === 0 ? new Uint8Array() : (readTile(this.database, this.scope, ENTRIES, number) ?? new Uint8Array());
      write.run(this.scope, ENTRIES, number, Buffer.concat([before, ...added]));
    }
  }
}

function sizeOf(database: Database, scope: string): number {
  return Number(database.prepare('SELECT size FROM log_trees WHERE scope = ?').get(scope)?.['size'] ?? 0);
}

function readTile(database: Database, scope: string, level: number, number: number): Uint8Array | undefined {
  return database.prepare(READ).get(scope, level, number)?.['hashes'] as Uint8Array | undefined;
}

export class SqliteLog implements LogStore {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async scopes(): Promise<readonly Scope[]> {
    return Promise.resolve(this.database.all(query.selectFrom('log_trees').select('scope')).map(({ scope }) => scopeOf(scope)));
  }

  async state(scope: Scope): Promise<LogState> {
    const row = this.database.get(
      query.selectFrom('log_trees').select(['size', 'checkpoint', 'checkpoint_ms']).where('scope', '=', keyOf(scope)),
    );
    return Promise.resolve({ size: row?.size ?? 0, checkpoint: row?.checkpoint ?? null, publishedMs: row?.checkpoint_ms ?? null });
  }

  reader(scope: Scope): TileReader {
    const key = keyOf(scope);
    return {
      tiles: (addresses) =>
        Promise.resolve(
          new Map(
            addresses.flatMap((address) => {
              const hashes = readTile(this.database, key, address.level, address.number);
              return hashes === undefined ? [] : [[tileKey(address), hashes] as const];
            }),
          ),
        ),
    };
  }

  async tile(scope: Scope, level: TileLevel, number: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(readTile(this.database, keyOf(scope), level === 'entries' ? ENTRIES : level, number));
  }

  async publish(scope: Scope, size: number, checkpoint: string): Promise<boolean> {
    return Promise.resolve(Number(this.database.prepare(PUBLISH).run(keyOf(scope), size, checkpoint, this.clock.nowMs()).changes) === 1);
  }

  async find(scope: Scope, runId: string): Promise<{ readonly index: number; readonly envelope: string } | undefined> {
    const key = keyOf(scope);
    const row = this.database.get(
      query
        .selectFrom('run_identities')
        .select(['request_id', 'leaf_index', 'envelope', 'proof', 'signer'])
        .where('seq', '=', firstProof(key, runId)),
    );
    if (row === undefined) return Promise.resolve(undefined);
    const { leaf_index: index, proof, signer } = row;
    if (proof === null) return Promise.resolve({ index, envelope: row.envelope });
    const envelope =
      signer === null ? proofIn(proof).envelope : this.rebuilt(key, runId, row.request_id, signerIn(this.database, signer), proof);
    // What it was composed of has gone with its retention.
    if (envelope === undefined) return Promise.resolve(undefined);
    return Promise.resolve({ index, envelope: JSON.stringify(envelope) });
  }

  private rebuilt(scope: string, runId: string, requestId: string, signed: SignedBy, signature: Uint8Array): DsseEnvelope | undefined {
    const past = this.database.get(
      query
        .selectFrom('past_runs')
        .select(['record', 'observed'])
        .where('scope', '=', scope)
        .where('run_id', '=', runId)
        .where('request_id', '=', requestId),
    );
    if (past?.observed != null) {
      const record = JSON.parse(past.record) as CompositionRecord;
      const observed = JSON.parse(past.observed) as Observed;
      return envelopeOf(scope, signed, signature, { record, digest: canonicalDigest(record) }, observed);
    }
    const live = this.database.get(
      query
        .selectFrom('requests')
        .select(SAMPLE_COLUMNS)
        .where('scope', '=', scope)
        .where('id', '=', requestId)
        .where('run_id', '=', runId),
    );
    const sample = live && sampleIn(live);
    return sample && envelopeOf(scope, signed, signature, recordOf(sample), sample);
  }
}
