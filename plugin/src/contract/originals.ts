// Original values on their way from a gateway to the control plane's vault: one sealed box a sample, which only the
// control plane opens, and only for the sample and the person that it was made for.
import type { KeyObject } from 'node:crypto';
import type { VaultKey } from './generated/policy.ts';
import type { SealedOriginals } from './generated/sample.ts';
import { fromBase64 } from './run/base64.ts';
import { hpkeOpen, hpkeSeal } from './hpke.ts';

/** A value that was replaced, and the token that stands in its place. */
export interface Original {
  readonly token: string;
  readonly type: string;
  readonly value: string;
}

/** Whose values they are. */
export interface OriginalsOf {
  /** Id of the sample. */
  readonly sample: string;
  /** Pseudonym. */
  readonly principal: string;
}

const INFO = Buffer.from('clew/originals/1');
const ENC_BYTES = 32;
/** Boxes grow in steps of so many bytes, so that their size says little of what is in them. */
const STEP = 256;
export const MAX_ORIGINALS = 256;
/** UTF-16 units of a value; a longer one is not kept. */
export const MAX_ORIGINAL = 512;
const TOKEN = /^\[[A-Z][A-Z0-9_]{1,40}_[a-z]{8,32}\]$/;

/** Base64 of a box. @param publicKey 32 bytes, X25519 */
export function sealOriginals(publicKey: Uint8Array, of: OriginalsOf, originals: readonly Original[]): string {
  const kept = originals.filter(({ value }) => value.length <= MAX_ORIGINAL).slice(0, MAX_ORIGINALS);
  const json = JSON.stringify(kept.map(({ token, type, value }) => [token, type, value]));
  const size = Math.ceil((Buffer.byteLength(json) + 1) / STEP) * STEP;
  const plain = Buffer.alloc(size, ' ');
  plain.write(json);
  const { enc, ciphertext } = hpkeSeal(publicKey, plain, { info: INFO, aad: aadOf(of) });
  return Buffer.concat([enc, ciphertext]).toString('base64');
}

/** For a sample's `redaction.sealed`; undefined where there is nothing to seal, nobody whose it is, or no key. */
export function sealedFor(
  vault: VaultKey | undefined,
  { sample, principal }: { readonly sample: string; readonly principal: string | undefined },
  originals: readonly Original[],
): SealedOriginals | undefined {
  if (vault === undefined || principal === undefined || originals.length === 0) return undefined;
  const each = new Map(originals.map((original) => [original.token, original]));
  return { keyId: vault.keyId, box: sealOriginals(Buffer.from(vault.publicKey, 'base64'), { sample, principal }, [...each.values()]) };
}

/** Undefined for what is no box to this key for this sample and person. Never throws on what was sent. */
export function openOriginals(privateKey: KeyObject, of: OriginalsOf, box: string): readonly Original[] | undefined {
  const bytes = fromBase64(box);
  if (bytes === undefined || bytes.length <= ENC_BYTES) return undefined;
  try {
    const message = { enc: bytes.subarray(0, ENC_BYTES), ciphertext: bytes.subarray(ENC_BYTES) };
    const parsed: unknown = JSON.parse(hpkeOpen(privateKey, message, { info: INFO, aad: aadOf(of) }).toString('utf8'));
    if (!Array.isArray(parsed)) return undefined;
    return parsed.slice(0, MAX_ORIGINALS).flatMap((entry: unknown) => originalIn(entry) ?? []);
  } catch {
    return undefined;
  }
}

function originalIn(entry: unknown): Original | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [token, type, value] = entry as unknown[];
  if (typeof token !== 'string' || typeof type !== 'string' || typeof value !== 'string') return undefined;
  const isSound = TOKEN.test(token) && token.startsWith(`[${type}_`) && value !== '' && value.length <= MAX_ORIGINAL;
  return isSound ? { token, type, value } : undefined;
}

const aadOf = ({ sample, principal }: OriginalsOf): Buffer => Buffer.from(JSON.stringify([sample, principal]));
