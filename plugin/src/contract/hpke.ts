// HPKE (RFC 9180), base mode, one message a context: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-GCM. Names are those of
// the RFC; its test vectors run in the tests.
import { createCipheriv, createDecipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** AEADs by their id. */
const AEADS = {
  1: { cipher: 'aes-128-gcm', keyBytes: 16 },
  2: { cipher: 'aes-256-gcm', keyBytes: 32 },
} as const;
export type HpkeAead = keyof typeof AEADS;

const AES_256_GCM: HpkeAead = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const X25519_BYTES = 32;
const KEM_SUITE = Buffer.from('KEM\x00\x20', 'latin1');
const NOTHING = Buffer.alloc(0);

// RFC 8410: algorithm 1.3.101.110.
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

export interface HpkeMessage {
  /** Encapsulated key: 32 bytes. */
  readonly enc: Buffer;
  /** With its tag behind. */
  readonly ciphertext: Buffer;
}

/** What is authenticated along with a message: `info` binds the use, `aad` the place. */
export interface HpkeContext {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  /** AES-256-GCM unless given. */
  readonly aead?: HpkeAead;
}

/** @param raw 32 bytes */
export function x25519PrivateKey(raw: Uint8Array): KeyObject {
  if (raw.length !== X25519_BYTES) throw new RangeError('An X25519 private key has 32 bytes');
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, raw]), format: 'der', type: 'pkcs8' });
}

/** @param raw 32 bytes */
function x25519PublicKey(raw: Uint8Array): KeyObject {
  if (raw.length !== X25519_BYTES) throw new RangeError('An X25519 public key has 32 bytes');
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
}

/** The 32 bytes of the public key that belongs to a private or public X25519 key. */
export function x25519Raw(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length);
}

/** @param ephemeral private key of the sender's pair; one of its own for each message unless a test gives it */
export function hpkeSeal(recipient: Uint8Array, plain: Uint8Array, context: HpkeContext, ephemeral?: KeyObject): HpkeMessage {
  const sender = ephemeral ?? x25519PrivateKey(randomBytes(X25519_BYTES));
  const enc = x25519Raw(sender);
  const { cipher, key, nonce } = schedule(sharedSecret(sender, recipient, enc, Buffer.from(recipient)), context);
  const seal = createCipheriv(cipher, key, nonce);
  seal.setAAD(context.aad);
  return { enc, ciphertext: Buffer.concat([seal.update(plain), seal.final(), seal.getAuthTag()]) };
}

/** Throws where the message is not one to this key, in this context, as it was sealed. */
export function hpkeOpen(privateKey: KeyObject, { enc, ciphertext }: HpkeMessage, context: HpkeContext): Buffer {
  if (ciphertext.length < TAG_BYTES) throw new RangeError('The message is shorter than its tag');
  const { cipher, key, nonce } = schedule(sharedSecret(privateKey, enc, enc, x25519Raw(privateKey)), context);
  const open = createDecipheriv(cipher, key, nonce);
  open.setAAD(context.aad);
  open.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  return Buffer.concat([open.update(ciphertext.subarray(0, -TAG_BYTES)), open.final()]);
}

/** Encap and Decap: both sides come to the same secret. */
function sharedSecret(privateKey: KeyObject, publicKey: Uint8Array, enc: Buffer, recipient: Buffer): Buffer {
  const dh = diffieHellman({ privateKey, publicKey: x25519PublicKey(publicKey) });
  // RFC 9180 7.1.4: a point of small order gives a secret that everybody knows.
  if (dh.every((byte) => byte === 0)) throw new RangeError('The public key is of small order');
  const prk = labeledExtract(KEM_SUITE, NOTHING, 'eae_prk', dh);
  return labeledExpand(KEM_SUITE, prk, 'shared_secret', Buffer.concat([enc, recipient]), 32);
}

function schedule(
  shared: Buffer,
  { info, aead = AES_256_GCM }: HpkeContext,
): { cipher: 'aes-128-gcm' | 'aes-256-gcm'; key: Buffer; nonce: Buffer } {
  const { cipher, keyBytes } = AEADS[aead];
  const suite = Buffer.from([...Buffer.from('HPKE'), 0, 0x20, 0, 1, 0, aead]);
  const mode = Buffer.from([0]);
  const ids = labeledExtract(suite, NOTHING, 'psk_id_hash', NOTHING);
  const context = Buffer.concat([mode, ids, labeledExtract(suite, NOTHING, 'info_hash', info)]);
  const secret = labeledExtract(suite, shared, 'secret', NOTHING);
  return {
    cipher,
    key: labeledExpand(suite, secret, 'key', context, keyBytes),
    nonce: labeledExpand(suite, secret, 'base_nonce', context, NONCE_BYTES),
  };
}

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, material: Uint8Array): Buffer {
  return createHmac('sha256', salt).update('HPKE-v1').update(suite).update(label).update(material).digest();
}

function labeledExpand(suite: Uint8Array, key: Uint8Array, label: string, info: Uint8Array, length: number): Buffer {
  const size = Buffer.from([length >> 8, length & 255]);
  const labeled = Buffer.concat([size, Buffer.from('HPKE-v1'), suite, Buffer.from(label), info]);
  // RFC 5869: one block is enough for what is asked here.
  return createHmac('sha256', key)
    .update(labeled)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length);
}
