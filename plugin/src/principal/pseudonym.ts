// Keyed hashes. All keys come from one secret per tenant, told apart by purpose, so that no hash of one kind says
// anything about another. The control plane and the importer derive the same values from the same secret.
import { createHmac } from 'node:crypto';

const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();

export interface TenantKeys {
  readonly principal: Buffer;
  readonly session: Buffer;
  readonly toolCall: Buffer;
  readonly sampling: Buffer;
  readonly redaction: Buffer;
  /** Of the history digests of one principal; the empty text where nobody is known. */
  history(principal: string): Buffer;
}

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
