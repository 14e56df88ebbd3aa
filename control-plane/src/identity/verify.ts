// Does a bundle prove that a gateway recorded a run, and that a log holds it? Pure: no network, no clock, no files, no
// trust in who hands the bundle over. Everything in a bundle is attacker-controlled; the two keys are not in that sense:
// the caller has them from elsewhere, and what the bundle says about keys must agree with them.
import type { KeyObject } from 'node:crypto';
import {
  envelopeLeaf,
  keyIdOf,
  openEnvelope,
  PAYLOAD_TYPE,
  parseBundle,
  readPublicKey,
  readStatement,
  type Bundle,
  type RunStatement,
} from '#contract';
import { parseCheckpoint, type Checkpoint } from './log/checkpoint.ts';
import { cosignedAt } from './log/cosignature.ts';
import { leafHash, verifyInclusion } from './log/merkle.ts';
import { isSignedBy, parseNote, parseVkey, type Note, type NoteVerifier } from './log/note.ts';
import { parseProof, type TlogProof } from './log/tlog-proof.ts';

export type VerifyFailure =
  | 'bad_key'
  | 'malformed_bundle'
  | 'other_key'
  | 'bad_signature'
  | 'malformed_statement'
  | 'malformed_proof'
  | 'bad_checkpoint'
  | 'not_included'
  | 'not_witnessed';

/** Says what does not hold, never what the bundle said. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError';
  readonly code: VerifyFailure;

  constructor(code: VerifyFailure, message: string) {
    super(message);
    this.code = code;
  }
}

export interface TrustedKeys {
  /** Key of the log, as C2SP vkey. */
  readonly vkey: string;
  /** Ed25519 public key of the gateway, PEM. */
  readonly gatewayKey: string;
  /** Witnesses that must have cosigned the checkpoint, as vkeys. */
  readonly witnesses?: readonly string[] | undefined;
}

export interface Verified {
  readonly statement: RunStatement;
  /** Bytes that were signed. */
  readonly payload: Buffer;
  readonly index: number;
  readonly checkpoint: Checkpoint;
  readonly cosigned: readonly { readonly name: string; readonly atSeconds: number }[];
}

/** Throws VerifyError. */
export function verifyBundle(value: unknown, keys: TrustedKeys): Verified {
  const { logKey, gatewayKey, witnesses } = readKeys(keys);
  const bundle = readBundle(value);
  checkNamedKeys(bundle, logKey, gatewayKey);
  const payload = verifySignature(bundle, gatewayKey);
  const statement = verifyStatement(bundle, payload);
  const proof = readProof(bundle);
  const { note, checkpoint } = verifyCheckpoint(proof, logKey);
  verifyInLog(bundle, proof, checkpoint);
  const cosigned = verifyWitnesses(note, witnesses);
  return { statement, payload, index: proof.index, checkpoint, cosigned };
}

function readKeys({ vkey, gatewayKey, witnesses = [] }: TrustedKeys) {
  const logKey = parseVkey(vkey.trim());
  if (!logKey) throw new VerifyError('bad_key', 'The log key is no vkey of kind Ed25519: <name>+<8 hex digits>+<base64>');
  const key = readPublicKey(gatewayKey);
  if (!key) throw new VerifyError('bad_key', 'The gateway key is no Ed25519 public key in PEM');
  const verifiers = witnesses.map((text) => {
    const verifier = parseVkey(text.trim());
    if (!verifier) throw new VerifyError('bad_key', 'A witness key is no vkey: <name>+<8 hex digits>+<base64>');
    return verifier;
  });
  return { logKey, gatewayKey: key, witnesses: verifiers };
}

function readBundle(value: unknown): Bundle {
  const parsed = parseBundle(value);
  if (parsed.ok) return parsed.value;
  const [fault] = parsed.faults;
  throw new VerifyError(
    'malformed_bundle',
    `The bundle does not match its schema at ${fault?.path ?? ''}: expected ${fault?.expected ?? 'another shape'}`,
  );
}

/** A bundle that names other keys than those it is checked with was made for somebody else, or was tampered with. */
function checkNamedKeys(bundle: Bundle, logKey: NoteVerifier, gatewayKey: KeyObject): void {
  const named = parseVkey(bundle.vkey);
  if (named?.name !== logKey.name || named.keyId !== logKey.keyId) throw new VerifyError('other_key', 'The bundle names another log key');
  const key = readPublicKey(bundle.gatewayKey);
  if (!key || keyIdOf(key) !== keyIdOf(gatewayKey)) throw new VerifyError('other_key', 'The bundle names another gateway key');
}

function verifySignature({ envelope }: Bundle, gatewayKey: KeyObject): Buffer {
  const payload = openEnvelope(envelope, gatewayKey);
  if (!payload) throw new VerifyError('bad_signature', 'The envelope bears no good signature of the gateway key');
  return payload;
}

function verifyStatement({ envelope }: Bundle, payload: Buffer): RunStatement {
  const statement = envelope.payloadType === PAYLOAD_TYPE ? readStatement(payload) : undefined;
  if (!statement)
    throw new VerifyError('malformed_statement', 'The payload is no run statement of version 1, or its subject is not its record');
  return statement;
}

function readProof({ proof }: Bundle): TlogProof {
  const parsed = parseProof(proof);
  if (!parsed) throw new VerifyError('malformed_proof', 'The proof is no c2sp.org/tlog-proof@v1');
  return parsed;
}

function verifyCheckpoint({ checkpoint: text }: TlogProof, logKey: NoteVerifier): { note: Note; checkpoint: Checkpoint } {
  const note = parseNote(text);
  if (!note || !isSignedBy(note, logKey)) throw new VerifyError('bad_checkpoint', 'The checkpoint bears no good signature of the log key');
  const checkpoint = parseCheckpoint(note.text);
  if (!checkpoint) throw new VerifyError('bad_checkpoint', 'The signed text is no checkpoint');
  if (checkpoint.origin !== logKey.name) throw new VerifyError('bad_checkpoint', 'The checkpoint is of another log');
  return { note, checkpoint };
}

function verifyInLog({ envelope }: Bundle, { index, path }: TlogProof, { size, root }: Checkpoint): void {
  const leaf = envelopeLeaf(envelope);
  if (!leaf || !verifyInclusion(leafHash(leaf), index, size, root, path)) {
    throw new VerifyError('not_included', 'The proof does not lead from the envelope to the root of the checkpoint');
  }
}

function verifyWitnesses(note: Note, witnesses: readonly NoteVerifier[]): Verified['cosigned'] {
  return witnesses.map((witness) => {
    const atSeconds = cosignedAt(note, witness);
    if (atSeconds === undefined) throw new VerifyError('not_witnessed', 'A witness that is asked for did not cosign the checkpoint');
    return { name: witness.name, atSeconds };
  });
}
