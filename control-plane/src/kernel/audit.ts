// What the audit log is told, by whichever room: facts about acts, never what a user wrote.
import { createHash } from 'node:crypto';
import type { Caller } from './route.ts';
import { scopeKey, type Scope } from './scope.ts';

/** Kinds of acts, with what their details say. A kind is never renamed: entries stay for good. */
export const AUDIT_KINDS = {
  login: 'a person, or a token for the first time: role',
  login_refused: 'why: a person whom no role lets in',
  token_created: 'token, role, permissions, whether it has an end',
  token_revoked: 'token',
  gateway_key_added: 'key',
  gateway_key_revoked: 'key',
  policy_changed: 'digests of the policy before and after',
  reveal: 'request, types, how many values, reason',
  reveal_refused: 'request, why; where the role may not, no request',
  vault_rewrapped: 'how many data keys, ids of the master keys',
  erasure: 'digest of the pseudonym, counts by class',
  erasure_refused: 'digest of the pseudonym, ids of the holds that keep it',
  erasure_replayed: 'digest of the pseudonym: an older copy of the data held the person again',
  hold_placed: 'hold, of what, digest of the pseudonym or the thread, reason',
  hold_lifted: 'hold, reason',
  purge: 'counts by class',
  export: 'what, and of what',
  repair: 'what was merged, split or undone',
  calibration: 'what the linker took on',
  reembedding: 'begun, switched or cancelled; models before and after',
} as const;
export type AuditKind = keyof typeof AUDIT_KINDS;

export type AuditValue = string | number | boolean | null | readonly string[];

export interface AuditEntry {
  readonly scope: Scope;
  readonly kind: AuditKind;
  /** Who did it: see actorOf. `system` where nobody asked for it. */
  readonly actor: string;
  readonly details: Readonly<Record<string, AuditValue>>;
}

/** Takes entries. Where an act is a change of the store, that change's own port takes the entry with it instead. */
export interface AuditTrail {
  /** Durable when it resolves. Rejects with `unavailable`: then the act must not happen, or be told as failed. */
  append(entry: AuditEntry): Promise<void>;
}

/** Of a person that may see own data only, a digest: what such people leave behind must not outlive their erasure. */
export function actorOf(caller: Pick<Caller, 'tokenId' | 'scope' | 'onlyUser'>): string {
  return caller.onlyUser === undefined || !caller.tokenId.startsWith('person:')
    ? caller.tokenId
    : `user:${subjectDigest(caller.scope, caller.onlyUser)}`;
}

/** Names a pseudonym to whoever knows it, and to nobody else. */
export function subjectDigest(scope: Scope, principal: string): string {
  return createHash('sha256')
    .update(JSON.stringify([scopeKey(scope), principal]))
    .digest('hex');
}
