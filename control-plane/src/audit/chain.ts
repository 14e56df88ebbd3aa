// The chain: each entry is a canonical text (RFC 8785) that holds the SHA-256 of the one before. Pure.
//
//     {"actor":…,"at":…,"details":{…},"environment":…,"kind":…,"previous":"<64 hex>","seq":0,"tenant":…,"v":1}
import { createHash } from 'node:crypto';
import { canonicalize } from '#contract';
import type { AuditEntry, Scope } from '../kernel/index.ts';

/** Stands for the hash before the first entry. */
const GENESIS = '0'.repeat(64);

/** An entry as it is stored. */
export interface ChainedEntry {
  /** From 0, without gaps. */
  readonly seq: number;
  /** What was hashed. */
  readonly text: string;
  /** Lower-case hex SHA-256 of `text`. */
  readonly hash: string;
}

/** The end of a chain. */
export interface ChainEnd {
  /** Entries in the chain. */
  readonly size: number;
  /** Hash of the last; GENESIS where there is none. */
  readonly hash: string;
}

export const EMPTY: ChainEnd = { size: 0, hash: GENESIS };

/** The entry that follows `end`. */
export function chain(entry: AuditEntry, end: ChainEnd, atMs: number): ChainedEntry {
  const { scope, kind, actor, details } = entry;
  const text = canonicalize({
    v: 1,
    seq: end.size,
    at: new Date(atMs).toISOString(),
    tenant: scope.tenant,
    environment: scope.environment,
    kind,
    actor,
    details: details as Record<string, string>,
    previous: end.hash,
  });
  return { seq: end.size, text, hash: hashOf(text) };
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** The first fault of a chain: at which entry, and what is wrong there. */
export interface ChainFault {
  readonly seq: number;
  readonly problem: string;
}

export interface Follower {
  /** The next entry as it is stored; a fault ends the chain. */
  next(entry: ChainedEntry): ChainFault | undefined;
  /** What was followed so far. */
  end(): ChainEnd;
}

/** Follows a chain of one scope entry by entry, from the first or from behind `from`. */
export function follow(scope: Scope, from: ChainEnd = EMPTY): Follower {
  let { size, hash } = from;
  return {
    next(entry) {
      const problem = problemOf(entry, scope, size, hash);
      if (problem !== undefined) return { seq: size, problem };
      size += 1;
      hash = entry.hash;
      return undefined;
    },
    end: () => ({ size, hash }),
  };
}

function problemOf(entry: ChainedEntry, scope: Scope, seq: number, previous: string): string | undefined {
  if (entry.seq !== seq) return `entry ${entry.seq} stands where ${seq} is due: one was removed or moved`;
  const fields = fieldsOf(entry.text);
  if (fields === undefined) return 'the entry is no canonical JSON';
  if (hashOf(entry.text) !== entry.hash) return 'the entry does not have the hash that is stored with it';
  if (fields['seq'] !== seq) return 'the entry was written for another place';
  if (fields['previous'] !== previous) return 'the entry follows another one than that before it';
  if (fields['tenant'] !== scope.tenant || fields['environment'] !== scope.environment) return 'the entry belongs to another log';
  return undefined;
}

/** Undefined for what is no canonical object: two texts must never pass for one entry. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return canonicalize(parsed) === text ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
