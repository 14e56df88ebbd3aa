import type { DatabaseSync } from 'node:sqlite';
import { ClewError } from '../../kernel/index.ts';
import { spine } from './migrations/0001-spine.ts';
import { rooms } from './migrations/0002-rooms.ts';
import { inHand } from './migrations/0003-in-hand.ts';
import { identity } from './migrations/0004-identity.ts';
import { feedback } from './migrations/0005-feedback.ts';
import { accuracyRepair } from './migrations/0006-accuracy-repair.ts';
import { embedding } from './migrations/0007-embedding.ts';
import { privacy } from './migrations/0008-privacy.ts';
import { gatewayIdentity } from './migrations/0009-gateway-identity.ts';
import { disclosure } from './migrations/0010-disclosure.ts';
import { policyVersions } from './migrations/0011-policy-versions.ts';
import { unkeptRuns } from './migrations/0012-unkept-runs.ts';
import { holds } from './migrations/0013-holds.ts';
import { alertDesk } from './migrations/0014-alert-desk.ts';
import { topicTree } from './migrations/0015-topic-tree.ts';
import { fixedTopics } from './migrations/0016-fixed-topics.ts';
import { releasedCourse } from './migrations/0017-released-course.ts';
import { checkpointTime } from './migrations/0018-checkpoint-time.ts';
import { packed } from './migrations/0019-packed.ts';
import { fewerIndexes } from './migrations/0020-fewer-indexes.ts';
import { proofs } from './migrations/0021-proofs.ts';
import { requestWords } from './migrations/0022-request-words.ts';
import { shortKeys } from './migrations/0023-short-keys.ts';
import { wordColumns } from './migrations/0024-word-columns.ts';
import { verdictsHang } from './migrations/0025-verdicts-hang.ts';
import { denseVectors } from './migrations/0026-dense-vectors.ts';
import { proofsByRequest } from './migrations/0027-proofs-by-request.ts';

/** In order; the number of a migration is its place. Those that were released are never edited. */
const MIGRATIONS: readonly string[] = [
  spine,
  rooms,
  inHand,
  identity,
  feedback,
  accuracyRepair,
  embedding,
  privacy,
  gatewayIdentity,
  disclosure,
  policyVersions,
  unkeptRuns,
  holds,
  alertDesk,
  topicTree,
  fixedTopics,
  releasedCourse,
  checkpointTime,
  packed,
  fewerIndexes,
  proofs,
  requestWords,
  shortKeys,
  wordColumns,
  verdictsHang,
  denseVectors,
  proofsByRequest,
];

/** Brings the file to this version, each migration whole or not at all; refuses a file of a newer version. */
export function migrate(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > MIGRATIONS.length) {
    throw new ClewError(
      'unavailable',
      `${file} has schema ${version}, this version knows ${MIGRATIONS.length}; start the newer version, or set CLEW_DATA to another folder`,
    );
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${statements} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
  const isTakenOver = database.prepare("SELECT 1 FROM meta WHERE key = 'repack_index'").get() === undefined;
  if (version < MIGRATIONS.length && isTakenOver) database.exec('DROP TABLE IF EXISTS requests_fts_old');
}
