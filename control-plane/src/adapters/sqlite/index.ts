// The embedded store: one SQLite file under the data folder, behind the ports of the rooms.
import path from 'node:path';
import type { VaultStore } from '../../vault/ports.ts';
import type { CalibrationStore, RepairedPlaces, VerdictStore } from '../../accuracy/index.ts';
import type { AlertDesk, AlertStore, AlertTraffic, ChangeSources, DeployStore, PostQueue } from '../../alerts/index.ts';
import type { PolicyVersions, StoredTraffic } from '../../policies/index.ts';
import type { ReleaseStore } from '../../disclosure/index.ts';
import type { ThreadTopics } from '../../export/index.ts';
import type { GraphReader } from '../../graph/index.ts';
import type { LiveReader } from '../../live/index.ts';
import type { FeedbackStore } from '../../feedback/index.ts';
import type { CounterReader, EpochStore, GatewayKeyStore, LogStore, RunReader, UnkeptRuns } from '../../identity/index.ts';
import type { AuditStore } from '../../audit/index.ts';
import type { AuditTrail, Clock } from '../../kernel/index.ts';
import type { Journal, TurnSink, Vectors } from '../../ingest/ports.ts';
import type { SequenceReader } from '../../insight/index.ts';
import type { Erasable, Tombstones } from '../../privacy/index.ts';
import type { TrafficReader } from '../../reports/index.ts';
import type { RepairStore } from '../../repair/index.ts';
import type { OutsideTally, Purgeable, RetentionReader } from '../../retention/index.ts';
import type { EmbeddingStore } from '../../reembed/index.ts';
import type { TextIndex } from '../../search/ports.ts';
import type { PastTurns, ThreadReader } from '../../threads/index.ts';
import type { TopicStore, TopicTexts } from '../../topics/index.ts';
import { SqliteAlertPosts } from './alert-posts.ts';
import { SqliteAlertTraffic } from './alert-traffic.ts';
import { SqliteAlerts } from './alerts.ts';
import { SqliteAudit } from './audit.ts';
import { SqliteCalibrations } from './calibrations.ts';
import { Checkpointer } from './checkpointer.ts';
import { SqliteDeploys } from './deploys.ts';
import { SqliteCounters } from './counters.ts';
import { Database } from './database.ts';
import { SqliteEmbedding } from './embedding.ts';
import { erasablesOf } from './erasables.ts';
import { SqliteFeedback } from './feedback.ts';
import { SqliteEpochs } from './gateway-epochs.ts';
import { SqliteGatewayKeys } from './gateway-keys.ts';
import { SqliteHolds } from './holds.ts';
import { SqliteGraph } from './graph.ts';
import { SqliteLive } from './live.ts';
import { SqliteJournal } from './journal.ts';
import { lockFolder } from './lock.ts';
import { SqliteLog } from './log.ts';
import { SqliteMeta, type Meta } from './meta.ts';
import { SqliteOutbox, type Outbox } from './outbox.ts';
import { SqlitePastTurns } from './past-turns.ts';
import { SqlitePolicyVersions } from './policy-versions.ts';
import { SqliteReleases } from './releases.ts';
import { repackNext } from './repack.ts';
import { SqliteRepairs } from './repairs.ts';
import { SqliteRetention } from './retention.ts';
import { SqliteRuns } from './runs.ts';
import { SqliteSequences } from './sequences.ts';
import { subjectsIn, type Subjects } from './subjects.ts';
import { readSizes, type StoreSizes } from './sizes.ts';
import { SqliteTextIndex } from './text-index.ts';
import { SqliteThreads } from './thread-reader.ts';
import { SqliteTombstones } from './tombstones.ts';
import { SqliteTopics } from './topics.ts';
import { SqliteVault } from './vault.ts';
import { SqliteTurns } from './turns.ts';
import { SqliteTraffic } from './traffic.ts';
import { DEFAULT_CACHE_BYTES, SqliteVectors } from './vectors.ts';
import { SqliteVerdicts } from './verdicts.ts';

export type { Meta } from './meta.ts';
export type { Outbox, OutboxRow } from './outbox.ts';
export { repackBeside } from './repack-beside.ts';

export interface SqliteOptions {
  /** The data folder; made when missing, for this user only. The file in it is clew.db. */
  readonly folder: string;
  readonly clock: Clock;
  /** Memory for vectors that `nearest` scans; 256 MB unless given. */
  readonly vectorCacheBytes?: number | undefined;
}

export interface SqliteStore extends Subjects {
  readonly journal: Journal;
  /** Stores the vectors of the turns as well: no `vectors.upsert` is needed beside it. */
  readonly turns: TurnSink;
  readonly past: PastTurns;
  readonly threads: ThreadReader;
  readonly texts: TextIndex;
  readonly vectors: Vectors;
  readonly embedding: EmbeddingStore;
  readonly audit: AuditStore & AuditTrail;
  readonly vault: VaultStore;
  readonly events: Outbox;
  readonly meta: Meta;
  readonly alerts: AlertStore & AlertDesk;
  readonly alertPosts: PostQueue;
  readonly graph: GraphReader;
  readonly live: LiveReader;
  readonly deploys: DeployStore & Pick<ChangeSources, 'gateways'>;
  readonly alertTraffic: AlertTraffic;
  readonly feedback: FeedbackStore;
  readonly runs: RunReader;
  readonly log: LogStore;
  readonly counters: CounterReader & UnkeptRuns;
  readonly epochs: EpochStore;
  readonly gatewayKeys: GatewayKeyStore;
  readonly topics: TopicStore & TopicTexts & ThreadTopics;
  readonly sequences: SequenceReader;
  readonly traffic: TrafficReader & StoredTraffic;
  readonly policyVersions: PolicyVersions;
  readonly releases: ReleaseStore;
  /** Those of traffic are written with their turns. */
  readonly verdicts: VerdictStore;
  readonly calibrations: CalibrationStore;
  readonly repairs: RepairStore & RepairedPlaces;
  readonly retention: Purgeable & RetentionReader & { readonly tally: OutsideTally };
  readonly legalHolds: SqliteHolds;
  /** Every table that holds data of principals. */
  readonly erasables: readonly Erasable[];
  readonly tombstones: Tombstones;
  /** How much there is; reads whole indexes. */
  sizes(): StoreSizes;
  /** Takes over at most so many rows of an older form; answers how many, 0 when none is left. What it answers is durable. */
  repack(limit: number): number;
  /** Whether writes are taken; throws ClewError 'unavailable' where the disk is full or fails. Writes and syncs: not to be asked often. */
  probe(): void;
  /**
   * From here on a thread carries the write-ahead log over into the file, in place of whoever commits when it is full. For those
   * that stay open for long.
   */
  checkpointBeside(): void;
  /** Faults of the file; empty when it is sound. Reads the whole file and blocks meanwhile: for `clew doctor`. */
  check(): readonly string[];
  /** Commits what is queued, closes the file and gives the folder free. Later calls do nothing. */
  close(): Promise<void>;
}

/**
 * Opens the store for this process alone.
 *
 * Throws ClewError 'locked' when another process (or another call in this one) holds the folder, with its pid, and
 * 'unavailable' when the file is damaged or was written by a newer version.
 */
export function openSqlite({ folder, clock, vectorCacheBytes = DEFAULT_CACHE_BYTES }: SqliteOptions): SqliteStore {
  const lock = lockFolder(folder);
  let database: Database;
  try {
    database = new Database(path.join(folder, 'clew.db'));
  } catch (error) {
    lock.release();
    throw error;
  }
  const journal = new SqliteJournal(database, clock);
  const vectors = new SqliteVectors(database, vectorCacheBytes);
  const audit = new SqliteAudit(database, clock);
  const checkpointer = new Checkpointer(database);
  let open = true;
  return {
    journal,
    turns: new SqliteTurns(database, journal, vectors, clock),
    past: new SqlitePastTurns(database),
    threads: new SqliteThreads(database, clock),
    texts: new SqliteTextIndex(database),
    vectors,
    embedding: new SqliteEmbedding(database, vectors),
    audit,
    vault: new SqliteVault(database),
    ...subjectsIn(database),
    sizes: () => readSizes(database),
    events: new SqliteOutbox(database, clock),
    meta: new SqliteMeta(database, audit),
    alerts: new SqliteAlerts(database, clock),
    alertPosts: new SqliteAlertPosts(database),
    deploys: new SqliteDeploys(database),
    graph: new SqliteGraph(database),
    live: new SqliteLive(database),
    alertTraffic: new SqliteAlertTraffic(database),
    feedback: new SqliteFeedback(database, clock),
    runs: new SqliteRuns(database),
    log: new SqliteLog(database, clock),
    counters: new SqliteCounters(database, clock),
    epochs: new SqliteEpochs(database),
    gatewayKeys: new SqliteGatewayKeys(database, audit),
    topics: new SqliteTopics(database),
    traffic: new SqliteTraffic(database, clock),
    sequences: new SqliteSequences(database, clock),
    policyVersions: new SqlitePolicyVersions(database),
    releases: new SqliteReleases(database, clock),
    verdicts: new SqliteVerdicts(database),
    calibrations: new SqliteCalibrations(database, audit),
    repairs: new SqliteRepairs(database, vectors, clock, audit),
    retention: new SqliteRetention(database, vectors, audit, checkpointer),
    legalHolds: new SqliteHolds(database, audit),
    erasables: erasablesOf(database, vectors, checkpointer),
    tombstones: new SqliteTombstones(database, audit),
    repack: (limit) => repackNext(database, limit),
    probe: () => database.probe(),
    checkpointBeside: () => checkpointer.start(),
    check: () => database.check(),
    close: async () => {
      if (open) {
        open = false;
        if (checkpointer.isOn) await checkpointer.stop();
        journal.flush();
        journal.letGo();
        database.close();
        lock.release();
      }
      return Promise.resolve();
    },
  };
}
