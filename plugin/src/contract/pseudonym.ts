// Keyed hashes. All keys come from one secret per tenant, told apart by purpose, so that no hash of one kind says
// anything about another. Whoever makes samples derives them here, so that one person is one principal whatever the way in.
import { createHmac } from 'node:crypto';
import { secretKey } from './secret-key.ts';

const hmac = (key: string | Uint8Array, text: string): Buffer =>
  createHmac('sha256', typeof key === 'string' ? key : secretKey(key))
    .update(text, 'utf8')
    .digest();

/** Keys of one tenant; none can be computed from another. */
export interface TenantKeys {
  readonly principal: Buffer;
  readonly session: Buffer;
  readonly toolCall: Buffer;
  readonly sampling: Buffer;
  readonly redaction: Buffer;
  /** Of the history digests of one principal; the empty text where nobody is known. */
  history(principal: string): Buffer;
}

/** `hashKey`: the secret that all gateways of a tenant share. */
export function tenantKeys(hashKey: string, tenant: string): TenantKeys {
  const derive = (purpose: string) => hmac(hashKey, `clew/${purpose}/1\0${tenant}`);
  return {
    principal: derive('principal'),
    session: derive('session'),
    toolCall: derive('tool-call'),
    sampling: derive('sampling'),
    redaction: derive('redaction'),
    history: (principal) => hmac(hashKey, `clew/history/1\0${tenant}\0${principal}`),
  };
}

/** The identifier's pseudonym: the same person gets the same one at every gateway that holds the tenant's secret. */
export function pseudonym(key: Uint8Array, value: string): string {
  return `p_${shortHash(key, value)}`;
}

/** 132 bits of a keyed hash, base64url. */
export function shortHash(key: Uint8Array, value: string): string {
  return hmac(key, value.normalize('NFC')).toString('base64url').slice(0, 22);
}
