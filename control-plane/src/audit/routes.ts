// GET /v1/audit, its signed head, and what an auditor takes away of one thread.
import type { SigningKey } from '#contract';
import {
  actorOf,
  AUDIT_KINDS,
  ClewError,
  timeOf,
  type AuditKind,
  type AuditTrail,
  type Clock,
  type JsonSchema,
  type QueryParameter,
  type Route,
  type Scope,
} from '../kernel/index.ts';
import type { Anchor } from './anchor.ts';
import { fieldsOf, type ChainedEntry } from './chain.ts';
import { makeDossier, type Dossiers } from './dossier.ts';
import { subjectsTold } from './exports.ts';
import type { AuditStore } from './ports.ts';
import { createAuditStates } from './state.ts';

const permission = 'audit:read';
const MAX_PAGE = 500;
const ENTRY: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'Place in the log, from 0' },
    at: { type: 'string', format: 'date-time' },
    kind: { enum: Object.keys(AUDIT_KINDS) },
    actor: { type: 'string', description: 'Id of a token, person:<pseudonym>, user:<digest>, file or system' },
    details: { type: 'object' },
    entry: { type: 'string', description: 'The canonical text; its SHA-256 is hash, and the next entry holds that as previous' },
    hash: { type: 'string' },
  },
};
const QUERY: readonly QueryParameter[] = [
  { name: 'kind', description: 'Only acts of this kind', schema: { enum: Object.keys(AUDIT_KINDS) } },
  { name: 'actor', description: 'Only acts of this actor', schema: { type: 'string', maxLength: 160 } },
  { name: 'from', description: 'RFC 3339, inclusive', schema: { type: 'string', format: 'date-time' } },
  { name: 'to', description: 'RFC 3339, inclusive', schema: { type: 'string', format: 'date-time' } },
  {
    name: 'order',
    description: 'asc: from the first entry on, without filters, to verify. Absent: newest first',
    schema: { enum: ['asc', 'desc'] },
  },
  { name: 'cursor', description: 'From `next` of the answer before', schema: { type: 'string', maxLength: 20 } },
  { name: 'limit', description: 'Entries in the answer; 50 unless given', schema: { type: 'integer', minimum: 1, maximum: MAX_PAGE } },
];

export interface AuditRouteParts {
  readonly store: AuditStore & AuditTrail;
  readonly anchor: Anchor;
  readonly dossiers: Dossiers;
  readonly key: SigningKey;
  readonly clock: Clock;
}

export function auditRoutes(parts: AuditRouteParts): Route[] {
  const { store, anchor, clock } = parts;
  return [entriesRoute(store), headRoute(anchor), stateRoute(createAuditStates(store, anchor, clock)), dossierRoute(parts)];
}

function entriesRoute(store: AuditStore): Route {
  return {
    method: 'get',
    path: '/v1/audit',
    permission,
    summary: 'The audit log of the tenant and environment: who did what to data and settings',
    query: QUERY,
    success: {
      status: 200,
      description: 'Entries',
      schema: { type: 'object', properties: { items: { type: 'array', items: ENTRY }, next: { type: ['string', 'null'] } } },
    },
    handle: async ({ caller: { scope }, query }) => {
      const limit = numberIn('limit', query['limit'], 1, MAX_PAGE) ?? 50;
      const cursor = numberIn('cursor', query['cursor'], 0, Number.MAX_SAFE_INTEGER);
      const filter = {
        kind: query['kind'] as AuditKind | undefined,
        actor: query['actor'],
        fromMs: timeIn('from', query['from']),
        toMs: timeIn('to', query['to']),
      };
      const isAscending = query['order'] === 'asc';
      if (isAscending && Object.values(filter).some((value) => value !== undefined)) {
        throw new ClewError('invalid_query', 'order: asc takes no filters, since a chain has no gaps');
      }
      const entries = isAscending ? await store.entries(scope, cursor ?? 0, limit) : await store.search(scope, filter, cursor, limit);
      const last = entries.at(-1);
      const next = last === undefined || entries.length < limit ? null : String(isAscending ? last.seq + 1 : last.seq);
      return { status: 200, json: { items: entries.map(view), next } };
    },
  };
}

function headRoute(anchor: Anchor): Route {
  return {
    method: 'get',
    path: '/v1/audit/head',
    permission,
    summary: 'The signed end of the audit log. Keep it: later it proves that nothing before it was changed.',
    success: {
      status: 200,
      description: 'A C2SP signed note, null where the log is empty, and the key that checks it',
      schema: {
        type: 'object',
        properties: {
          tenant: { type: 'string' },
          environment: { type: 'string' },
          head: { type: ['string', 'null'] },
          vkey: { type: 'string' },
        },
      },
    },
    handle: async ({ caller: { scope } }) => ({
      status: 200,
      json: { ...scope, head: (await anchor.head(scope)) ?? null, vkey: anchor.vkeyOf(scope) },
    }),
  };
}

function stateRoute(stateOf: (scope: Scope) => Promise<unknown>): Route {
  return {
    method: 'get',
    path: '/v1/audit/state',
    permission,
    summary: "Whether the audit log is what was written, by the word of the server; clew audit verify takes nobody's word",
    success: {
      status: 200,
      description: 'The chain from its first entry against its signed end; at most ten seconds old',
      schema: {
        type: 'object',
        properties: {
          ok: { type: 'boolean' },
          entries: { type: 'integer', description: 'That hold' },
          unsigned: { type: 'integer', description: 'Written in the last moments, signed next' },
          faults: { type: 'array', items: { type: 'string' } },
          checkedAt: { type: 'string', format: 'date-time' },
        },
      },
    },
    handle: async ({ caller: { scope } }) => ({ status: 200, json: await stateOf(scope) }),
  };
}

function dossierRoute(parts: AuditRouteParts): Route {
  return {
    method: 'get',
    path: '/v1/audit/threads/:id',
    permission,
    summary: 'A thread for an auditor, signed: its course without texts, proofs of its runs, what was done to it',
    success: {
      status: 200,
      description: 'A DSSE envelope and the public key',
      schema: {
        type: 'object',
        properties: { envelope: { type: 'object' }, publicKey: { type: 'string', description: 'PEM, Ed25519' } },
      },
    },
    errors: ['not_found'],
    handle: async ({ caller, params }) => {
      const { scope } = caller;
      const id = params['id'] ?? '';
      const facts = await parts.dossiers.of(scope, id);
      if (!facts) throw new ClewError('not_found');
      // Told before it leaves, so that the export stands in what is exported.
      const details = { what: 'thread_audit', thread: id, ...subjectsTold(scope, facts.users) };
      await parts.store.append({ scope, kind: 'export', actor: actorOf(caller), details });
      return { status: 200, json: await makeDossier(scope, id, { ...parts, facts }) };
    },
  };
}

function view({ seq, text, hash }: ChainedEntry): object {
  const { at, kind, actor, details } = fieldsOf(text) ?? {};
  return { id: String(seq), at, kind, actor, details, entry: text, hash };
}

function numberIn(name: string, value: string | undefined, from: number, to: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
  if (!(number >= from && number <= to)) throw new ClewError('invalid_query', `${name}: expected a whole number from ${from} to ${to}`);
  return number;
}

function timeIn(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = timeOf(value);
  if (ms === undefined) throw new ClewError('invalid_query', `${name}: expected an RFC 3339 time`);
  return ms;
}
