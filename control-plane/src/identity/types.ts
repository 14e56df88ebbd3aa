// What the room keeps of a run.
import type { DsseEnvelope, Judgement, RunPredicate } from '#contract';

export type { CompositionRecord, RunRecord, RunSource } from '#contract';

/**
 * Why a gateway's signature is not taken. key_not_valid: ended, not begun or revoked. not_vouched: announced by a gateway
 * and not confirmed. other_run: of another run, tenant or environment. record_differs: not what the sample says.
 * other_key: another key signs for that gateway process.
 */
export type Refusal =
  'unknown_key' | 'key_not_valid' | 'not_vouched' | 'bad_signature' | 'malformed' | 'other_run' | 'record_differs' | 'other_key';

/** Who signed, and what that proves. */
export interface SignedBy {
  /** gateway: the process that saw the bytes. control-plane: the receiver of an unsigned sample, which proves only that nothing changed since. */
  readonly by: RunPredicate['recordedBy'];
  readonly keyId: string;
  /** Present where a gateway's signature came along and was not taken. */
  readonly refused?: Refusal;
  /** The key that it named; empty where that was no key id. */
  readonly claimed?: string;
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
