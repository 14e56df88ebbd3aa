// What proves a run, as it lies in the file.
import type { DsseEnvelope } from '#contract';
import type { SignedBy } from '../../identity/index.ts';
import { packRecord, unpack } from './packed.ts';

export interface Proof {
  readonly signed: SignedBy;
  readonly envelope: DsseEnvelope;
}

/**
 * Base64 hides from pressing that all statements look alike: the payload is kept as text, on a line of its own, where that
 * gives the same bytes back.
 */
export function packProof({ signed, envelope }: Proof): Uint8Array {
  const payload = Buffer.from(envelope.payload, 'base64').toString();
  const isText = Buffer.from(payload).toString('base64') === envelope.payload;
  return packRecord(
    isText ? `${JSON.stringify({ signed, envelope: { ...envelope, payload: null } })}\n${payload}` : JSON.stringify({ signed, envelope }),
  );
}

export function proofIn(packed: Uint8Array): Proof {
  const text = unpack(packed);
  // JSON itself is written without line breaks.
  const end = text.indexOf('\n');
  if (end < 0) return JSON.parse(text) as Proof;
  const { signed, envelope } = JSON.parse(text.slice(0, end)) as Proof;
  return { signed, envelope: { ...envelope, payload: Buffer.from(text.slice(end + 1)).toString('base64') } };
}
