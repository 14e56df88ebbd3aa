// Run identity: what a run was composed of, whether that was approved, and proof of it for outsiders.
export { recordOf } from '#contract';
export { changesAround, type ChangesAround } from './changes-around.ts';
export { diffRecords, type Difference } from './diff.ts';
export { createIdentifier, observationOf, type Identifier, type GatewayKeys } from './identify.ts';
export { createIdentity, type IdentityRoom, type ScopeAccount } from './room.ts';
export { createUnkeptAccount, type UnkeptAccount } from './unkept.ts';
export { openManifests, type LiveManifests, type ManifestSource } from './manifests/live.ts';
export { manifestFaultLine, readManifest, type ManifestFault, type ManifestReading } from './manifests/read.ts';
export { draftManifest, withoutLastBreak } from './manifests/draft.ts';
export { verifyBundle, VerifyError, type TrustedKeys, type Verified, type VerifyFailure } from './verify.ts';
export { createCheckpointer, type Checkpointer } from './log/checkpointer.ts';
export { createSigningRounds, type SigningRounds } from './log/rounds.ts';
export { growTree, edgeTiles, tileKey, TILE_WIDTH, type TileLevel } from './log/tiles.ts';
export { formatNote, isSignedBy, parseNote, parseVkey, signNote, vkeyOf } from './log/note.ts';
export { isWitnessKey, witnessClient } from './log/witness-client.ts';
export type { CheckpointGuard, LogState, LogStore, Witness } from './log/ports.ts';
export type { TileReader } from './log/prove.ts';
export type {
  CounterGap,
  EpochStatement,
  EpochStore,
  RefusedSignatures,
  StoredEpoch,
  CounterReader,
  EpochSummary,
  GatewayKey,
  GatewayKeyStore,
  RunFilter,
  RunInThread,
  RunReader,
  RunTexts,
  StoredRun,
  UnkeptReason,
  UnkeptRun,
  UnkeptRuns,
  VerdictCount,
} from './ports.ts';
export { KEY_TRUST, type KeyTrust } from './key-trust.ts';
export { accountOf, type Account } from './account.ts';
export type { CompositionRecord, Refusal, RunIdentity, RunRecord, RunSource, SignedBy } from './types.ts';
