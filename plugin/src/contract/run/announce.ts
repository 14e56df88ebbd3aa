// A gateway makes its public key known with the token that it hands samples in with. Whoever announces a key shows that it
// holds the private one: nobody can put another's key under their own name.
import { sign, verify } from 'node:crypto';
import { canonicalize } from '../canonical.ts';
import { fromBase64 } from './base64.ts';
import { preAuthEncoding, publicKeyPem, readPublicKey, type SigningKey } from './dsse.ts';

const ANNOUNCEMENT_TYPE = 'application/vnd.clew.gateway-key.v1+json';

export interface KeyAnnouncement {
  /** For people: the host as a rule. */
  readonly name: string;
  /** PEM. */
  readonly publicKey: string;
  /** RFC 3339: the key counts for runs observed from then on. */
  readonly from: string;
  /** Standard base64 of the key's own signature over all that. */
  readonly proof: string;
}

const signedBytes = ({ name, publicKey, from }: Omit<KeyAnnouncement, 'proof'>): Buffer =>
  preAuthEncoding(ANNOUNCEMENT_TYPE, Buffer.from(canonicalize({ name, publicKey, from }), 'utf8'));

/** Body of POST /v1/gateway-keys for a token that may hand in samples. */
export function announceKey(key: SigningKey, name: string, from: string): KeyAnnouncement {
  const said = { name, publicKey: publicKeyPem(key.publicKey), from };
  return { ...said, proof: sign(null, signedBytes(said), key.privateKey).toString('base64') };
}

/** True when whoever wrote this holds the private key. Never throws on what was sent. */
export function isProven({ name, publicKey, from, proof }: KeyAnnouncement): boolean {
  const key = readPublicKey(publicKey);
  const signature = fromBase64(proof);
  if (!key || signature?.length !== 64 || !name.isWellFormed()) return false;
  return verify(null, signedBytes({ name, publicKey, from }), key, signature);
}
