// What a gateway process says of all its runs together: how many numbers it gave out, and which of them it lost itself. With
// it a number that is missing at the end shows like one in the middle, and a loss that the gateway owns up to is told from
// a run that somebody left out.
import { canonicalDigest, canonicalize } from '../canonical.ts';
import type { Gateway } from '../generated/sample.ts';
import { signEnvelope, type DsseEnvelope, type SigningKey } from './dsse.ts';
import { PAYLOAD_TYPE, STATEMENT_TYPE } from './statement.ts';

/** Ours; another version gets another number. */
export const EPOCH_PREDICATE_TYPE = 'https://clew.dev/attestations/epoch/v1';

/** Runs of these numbers that did not arrive were lost in the gateway, which says why. */
export interface LostRange {
  /** First and last number. */
  readonly from: number;
  readonly to: number;
  /** As the gateway counts drops: lower-case letters and underscores. */
  readonly reason: string;
}

export interface EpochPredicate {
  readonly version: 1;
  readonly tenant: string;
  readonly environment: string;
  readonly gateway: { readonly kind: Gateway['kind']; readonly instance?: string; readonly epoch: string };
  /** RFC 3339. */
  readonly startedAt: string;
  readonly statedAt: string;
  /** Numbers 0 to runs − 1 were given out. */
  readonly runs: number;
  /**
   * Calls that passed without being looked at, and without a number, because settings or policy say off; where they say so
   * for everything, of what kind a call was is not known. Absent: none, or a gateway that does not count them.
   */
  readonly passed?: number;
  /** In order, apart from each other. */
  readonly lost: readonly LostRange[];
  /** closed: the process ended in order and gives out no more numbers. */
  readonly state: 'open' | 'closed';
}

export const MAX_LOST_RANGES = 256;
const MAX_BYTES = 128 * 1024;

/** The signed statement; the newest of an epoch says all that older ones said. */
export function signEpoch(predicate: EpochPredicate, key: SigningKey): DsseEnvelope {
  const subject = [{ name: `epoch:${predicate.gateway.epoch}`, digest: { sha256: canonicalDigest(predicate) } }];
  const statement = { _type: STATEMENT_TYPE, subject, predicateType: EPOCH_PREDICATE_TYPE, predicate };
  return signEnvelope(PAYLOAD_TYPE, Buffer.from(canonicalize(statement), 'utf8'), key);
}

/** The statement in a signed payload; undefined where it is none of version 1 or contradicts itself. Never throws. */
export function readEpoch(payload: Uint8Array): EpochPredicate | undefined {
  if (payload.length > MAX_BYTES) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    const value = JSON.parse(text) as unknown;
    if (!isObject(value) || value['_type'] !== STATEMENT_TYPE || value['predicateType'] !== EPOCH_PREDICATE_TYPE) return undefined;
    const { subject, predicate } = value;
    if (canonicalize(value) !== text || !isPredicate(predicate) || !Array.isArray(subject) || subject.length !== 1) return undefined;
    const expected = { name: `epoch:${predicate.gateway.epoch}`, digest: { sha256: canonicalDigest(predicate) } };
    return canonicalize(subject[0]) === canonicalize(expected) ? predicate : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): value is string => typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value));
const KINDS: readonly unknown[] = ['kong', 'trial', 'litellm', 'otlp', 'import'];

function isPredicate(value: unknown): value is EpochPredicate {
  if (!isObject(value) || value['version'] !== 1 || !isObject(value['gateway'])) return false;
  const { tenant, environment, gateway, startedAt, statedAt, runs, passed, lost, state } = value;
  const { kind, instance, epoch } = gateway;
  return (
    [tenant, environment].every((name) => typeof name === 'string') &&
    KINDS.includes(kind) &&
    (instance === undefined || (typeof instance === 'string' && instance.length <= 128)) &&
    typeof epoch === 'string' &&
    /^[0-9a-f]{16}$/.test(epoch) &&
    isTime(startedAt) &&
    isTime(statedAt) &&
    isCount(runs) &&
    (passed === undefined || isCount(passed)) &&
    (state === 'open' || state === 'closed') &&
    areRanges(lost, runs)
  );
}

function areRanges(value: unknown, runs: number): value is LostRange[] {
  if (!Array.isArray(value) || value.length > MAX_LOST_RANGES) return false;
  let before = -1;
  for (const range of value as unknown[]) {
    if (!isObject(range)) return false;
    const { from, to, reason } = range;
    if (!isCount(from) || !isCount(to) || from <= before || to < from || to >= runs) return false;
    if (typeof reason !== 'string' || !/^[a-z_]{1,40}$/.test(reason)) return false;
    before = to;
  }
  return true;
}
