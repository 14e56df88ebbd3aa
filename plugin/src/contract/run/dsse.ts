// DSSE envelopes (secure-systems-lab/dsse, protocol 1) with Ed25519. What is signed is not the payload but its PAE, so that
// bytes of one type can never be taken for bytes of another.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { fromBase64 } from './base64.ts';

export interface DsseSignature {
  /** Lower-case hex SHA-256 of the public key's SPKI DER. A hint only: whoever verifies brings the key. */
  readonly keyid?: string;
  /** Standard base64. */
  readonly sig: string;
}

export interface DsseEnvelope {
  /** Standard base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly DsseSignature[];
}

/** Pre-authentication encoding: `DSSEv1 <bytes of type> <type> <bytes of body> <body>`. */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
}

/** SHA-256 of the envelope's PAE: 32 bytes, what the log holds of an envelope. Undefined where the payload is no base64. */
export function envelopeLeaf({ payload, payloadType }: Pick<DsseEnvelope, 'payload' | 'payloadType'>): Buffer | undefined {
  const body = fromBase64(payload);
  return body && createHash('sha256').update(preAuthEncoding(payloadType, body)).digest();
}

export function signEnvelope(payloadType: string, body: Uint8Array, key: SigningKey): DsseEnvelope {
  const signature = sign(null, preAuthEncoding(payloadType, body), key.privateKey);
  return {
    payload: Buffer.from(body).toString('base64'),
    payloadType,
    signatures: [{ keyid: key.keyId, sig: signature.toString('base64') }],
  };
}

/** The signed payload, where one of the signatures is the key's; undefined otherwise. Never throws on what was sent. */
export function openEnvelope(envelope: DsseEnvelope, publicKey: KeyObject): Buffer | undefined {
  const body = fromBase64(envelope.payload);
  if (!body || publicKey.asymmetricKeyType !== 'ed25519') return undefined;
  const signed = preAuthEncoding(envelope.payloadType, body);
  const id = keyIdOf(publicKey);
  let isSigned = false;
  for (const { keyid, sig } of envelope.signatures) {
    const signature = fromBase64(sig);
    if (!signature) return undefined;
    // One that names another key is not meant for this one.
    if (keyid !== undefined && keyid !== '' && keyid !== id) continue;
    isSigned ||= signature.length === 64 && verify(null, signed, publicKey, signature);
  }
  return isSigned ? body : undefined;
}

/** The payload of an envelope of one type that anybody may have sent; undefined for whatever else it is. May throw on hostile shapes. */
export function openSent(envelope: unknown, type: string, publicKey: KeyObject): Buffer | undefined {
  if (typeof envelope !== 'object' || envelope === null) return undefined;
  const { payload, payloadType, signatures } = envelope as Partial<DsseEnvelope>;
  if (typeof payload !== 'string' || payloadType !== type || !Array.isArray(signatures)) return undefined;
  const isWhole = signatures.every(
    ({ sig, keyid }: DsseSignature) => typeof sig === 'string' && (keyid === undefined || typeof keyid === 'string'),
  );
  return isWhole ? openEnvelope({ payload, payloadType, signatures }, publicKey) : undefined;
}

/** An Ed25519 key that signs. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Lower-case hex SHA-256 of the public key's SPKI DER. */
  readonly keyId: string;
}

// RFC 8410: version, algorithm 1.3.101.112, and the seed as an octet string within an octet string.
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** @param seed 32 random bytes, the private key as RFC 8032 has it */
export function signingKey(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new RangeError('An Ed25519 seed has 32 bytes');
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, keyId: keyIdOf(publicKey) };
}

/** Lower-case hex SHA-256 of the SPKI DER. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

export const publicKeyPem = (publicKey: KeyObject): string => publicKey.export({ format: 'pem', type: 'spki' }).toString();

/** The Ed25519 public key in a PEM text; undefined for anything else. */
export function readPublicKey(pem: string): KeyObject | undefined {
  try {
    // createPublicKey would derive one from a private key, which nobody means to hand over here.
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) return undefined;
    const key = createPublicKey({ key: pem, format: 'pem', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The 32 bytes of an Ed25519 public key. */
export function rawPublicKey(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length);
}

/** An Ed25519 public key from its 32 bytes. */
export function publicKeyOf(raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new RangeError('An Ed25519 public key has 32 bytes');
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
}
