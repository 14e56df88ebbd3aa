// C2SP tlog-cosignature, cosignature/v1: a witness states that it saw a checkpoint, and no other history of that log, at a
// time.
import { sign, verify } from 'node:crypto';
import type { SigningKey } from '#contract';
import { COSIGNATURE_V1, noteKeyId, type Note, type NoteSignature, type NoteVerifier } from './note.ts';

const message = (seconds: bigint, text: string): Buffer => Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

/** @param atSeconds Unix time, whole seconds */
export function cosign(text: string, name: string, key: SigningKey, atSeconds: number): NoteSignature {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(atSeconds));
  const signature = sign(null, message(BigInt(atSeconds), text), key.privateKey);
  return { name, keyId: noteKeyId(name, COSIGNATURE_V1, key.publicKey), signature: Buffer.concat([time, signature]) };
}

/** Unix time at which the witness saw the note's text; undefined where it did not sign it. */
export function cosignedAt(note: Note, witness: NoteVerifier): number | undefined {
  if (witness.type !== COSIGNATURE_V1) return undefined;
  for (const { name, keyId, signature } of note.signatures) {
    if (name !== witness.name || keyId !== witness.keyId || signature.length !== 72) continue;
    const seconds = signature.readBigUInt64BE(0);
    if (verify(null, message(seconds, note.text), witness.publicKey, signature.subarray(8))) return Number(seconds);
  }
  return undefined;
}
