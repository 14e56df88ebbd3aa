// Names that Weaviate takes, from ours. Each is a function of what it names and nothing else, so that every replica finds
// the same collections, tenants and objects.
import { createHash } from 'node:crypto';
import { scopeKey, type Scope } from '../../kernel/index.ts';

export const COLLECTION_PREFIX = 'ClewVectors_';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** One collection a model: vectors of different models are never compared, and may differ in length. */
export function collectionOf(model: string): string {
  const readable = model.replaceAll(/[^A-Za-z0-9]+/g, '_').slice(0, 80);
  return `${COLLECTION_PREFIX}${readable}_${digest(model).slice(0, 12)}`;
}

/** One Weaviate tenant a scope. Hashed: scope names hold characters that tenant names may not, and may be longer. */
export const tenantOf = (scope: Scope): string => `s${digest(scopeKey(scope)).slice(0, 48)}`;

/** Namespace of our name-based ids; any fixed UUID would do. */
const NAMESPACE = Buffer.from('6f0a8f0e5d7c4b0c9c3b1f6f1f3f9d52', 'hex');

/** UUID version 5 (RFC 9562) of scope, request and kind: the same vector has the same id, so that upserts are idempotent. */
export function objectId(scope: Scope, id: string, kind: string): string {
  const hash = createHash('sha1')
    .update(NAMESPACE)
    .update(JSON.stringify([scope.tenant, scope.environment, id, kind]))
    .digest();
  const version = (hash.readUInt8(6) & 0x0f) | 0x50;
  const variant = (hash.readUInt8(8) & 0x3f) | 0x80;
  hash.writeUInt8(version, 6);
  hash.writeUInt8(variant, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
