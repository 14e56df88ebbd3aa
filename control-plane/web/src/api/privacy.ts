// Retention, holds, the audit log, tokens, policies and reveals, as the HTTP API answers.
import { deleteSigned, getSigned, postSigned, type Query } from './http.ts';
import type { Page } from './views.ts';

export interface RetainedClass {
  readonly id: 'text' | 'embedding' | 'metadata' | 'identity' | 'vault';
  readonly days: number;
  readonly isDefault: boolean;
  readonly stored: number;
  readonly oldest: string | null;
  readonly firstGoesAt: string | null;
  readonly next: number;
  readonly week: number;
  readonly held: number;
  /** Mean of the newest requests; null where none is stored. */
  readonly bytesPerRequest: number | null;
}

export interface Retention {
  readonly keepsText: boolean;
  readonly purpose: string | null;
  readonly legalBasis: string | null;
  /** Null: it runs now. */
  readonly nextPurge: string | null;
  readonly holds: number;
  readonly items: readonly RetainedClass[];
  readonly purges: readonly { readonly at: string; readonly removed: Readonly<Record<string, number>> }[];
}

export type HoldKind = 'user' | 'thread' | 'scope';
export interface Hold {
  readonly id: string;
  readonly kind: HoldKind;
  readonly subject: string | null;
  readonly reason: string;
  readonly placedAt: string;
  readonly placedBy: string;
  readonly liftedAt: string | null;
  readonly liftedBy: string | null;
  readonly liftReason: string | null;
}

export const readRetention = (signal?: AbortSignal): Promise<Retention> => getSigned('/v1/retention', {}, signal);
export const listHolds = (signal?: AbortSignal): Promise<Page<Hold>> => getSigned('/v1/holds', {}, signal);
export const placeHold = (kind: HoldKind, id: string, reason: string): Promise<Hold> =>
  postSigned('/v1/holds', { kind, ...(kind === 'scope' ? {} : { id }), reason });
export const liftHold = (id: string, reason: string): Promise<void> => postSigned(`/v1/holds/${encodeURIComponent(id)}/lift`, { reason });

/** What an erasure removed, what a second look found, and where copies may be that nothing can reach. */
export interface Receipt {
  /** The pseudonym. */
  readonly user: string;
  readonly removed: Readonly<Record<string, number>>;
  readonly residual: 0;
  readonly scanned: readonly string[];
  readonly beyondRecall: readonly { readonly place: string; readonly holds: string }[];
  readonly at: string;
}

/** @param user a pseudonym, or the user as the gateways see them */
export const eraseUser = (user: string): Promise<Receipt> => deleteSigned(`/v1/users/${encodeURIComponent(user)}`);

export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly actor: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

export interface AuditState {
  readonly ok: boolean;
  readonly entries: number;
  readonly unsigned: number;
  readonly faults: readonly string[];
  readonly checkedAt: string;
}

export const listAudit = (query: Query, signal?: AbortSignal): Promise<Page<AuditEntry>> => getSigned('/v1/audit', query, signal);
export const readAuditState = (signal?: AbortSignal): Promise<AuditState> => getSigned('/v1/audit/state', {}, signal);
export const exportThread = (id: string): Promise<unknown> => getSigned(`/v1/audit/threads/${encodeURIComponent(id)}`, {});

export interface Token {
  readonly id: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly tenant: string;
  readonly environment: string;
  readonly user: string | null;
  readonly name: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface Role {
  readonly id: string;
  readonly permissions: readonly string[];
  /** Given by name only. */
  readonly onRequest: readonly string[];
}

export interface NewToken {
  readonly role: string;
  readonly name?: string;
  readonly user?: string;
  readonly subject?: string;
  readonly tenant?: string;
  readonly environment?: string;
  readonly permissions?: readonly string[];
  readonly expiresAt?: string;
}

export const listTokens = (signal?: AbortSignal): Promise<Page<Token>> => getSigned('/v1/tokens', {}, signal);
export const listRoles = (signal?: AbortSignal): Promise<Page<Role>> => getSigned('/v1/roles', {}, signal);
export const createToken = (asked: NewToken): Promise<Token & { readonly token: string }> => postSigned('/v1/tokens', asked);
export const revokeToken = (id: string): Promise<void> => deleteSigned(`/v1/tokens/${encodeURIComponent(id)}`);

export interface PolicyVersion {
  readonly id: string;
  readonly version: number;
  readonly digest: string;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
}
export type PolicyText = PolicyVersion & { readonly text: string };

export interface PlannedChange {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly decides: string;
  readonly loosens: boolean;
}
export interface Plan {
  readonly digest: string;
  readonly inForce: string;
  readonly changes: readonly PlannedChange[];
}

export interface Kept {
  readonly requests: number;
  readonly standardError: number;
  readonly dropped: number;
  readonly modes: Readonly<Record<string, number>>;
  readonly embedded: number;
  readonly bytesPerDay: Readonly<Record<string, number>>;
  readonly bytesInTheLongRun: Readonly<Record<string, number>>;
  readonly costUsd: number;
}
export interface Simulation {
  readonly from: string;
  readonly to: string;
  readonly stored: number;
  readonly seen: number;
  readonly now: Kept;
  readonly then: Kept;
  readonly goesAtOnce: Readonly<Record<string, readonly [number, number]>>;
}

export const listPolicies = (signal?: AbortSignal): Promise<Page<PolicyVersion>> => getSigned('/v1/policies/versions', {}, signal);
export const readPolicy = (version: string, signal?: AbortSignal): Promise<PolicyText> =>
  getSigned(`/v1/policies/versions/${encodeURIComponent(version)}`, {}, signal);
export const planPolicy = (policy: string): Promise<Plan> => postSigned('/v1/policies/plan', { policy });
export const simulatePolicy = (policy: string, days: number): Promise<Simulation> => postSigned('/v1/policies/simulate', { policy, days });
export const applyPolicy = (policy: string, reason: string, ifDigest: string): Promise<{ readonly version: number }> =>
  postSigned('/v1/policies', { policy, reason, ifDigest });
export const rollBackPolicy = (version: number, reason: string): Promise<{ readonly version: number }> =>
  postSigned('/v1/policies/rollback', { version, reason });

export interface Revealed {
  readonly requestId: string;
  readonly items: readonly { readonly token: string; readonly type: string; readonly value: string }[];
}
export const reveal = (requestId: string, types: readonly string[], reason: string): Promise<Revealed> =>
  postSigned('/v1/reveal', { requestId, ...(types.length === 0 ? {} : { types }), reason });
