// What the room keeps of a run.
import type { DsseEnvelope, Judgement, RunPredicate } from '#contract';

export type { CompositionRecord, RunRecord, RunSource } from '#contract';

/** Who signed, and what that proves. */
export interface SignedBy {
  /** gateway: the process that saw the bytes. control-plane: the receiver of an unsigned sample, which proves only that nothing changed since. */
  readonly by: RunPredicate['recordedBy'];
  readonly keyId: string;
  /** Present where a gateway's signature came along and was not taken. */
  readonly refused?: 'unknown_key' | 'key_not_valid' | 'bad_signature' | 'malformed' | 'other_run' | 'record_differs';
}

/** What is established of a run when it comes in, and stored with it in one transaction. */
export interface RunIdentity {
  readonly runId: string;
  readonly judgement: Judgement;
  readonly envelope: DsseEnvelope;
  /** 32 bytes: SHA-256 of the envelope's PAE. */
  readonly leaf: Uint8Array;
  readonly signed: SignedBy;
}
