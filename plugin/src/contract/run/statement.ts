// What is signed of a run: an in-toto Statement (v1) whose subject is the composition record's digest.
import { canonicalDigest, canonicalize } from '../canonical.ts';
import type { Gateway } from '../generated/sample.ts';
import { signEnvelope, type DsseEnvelope, type SigningKey } from './dsse.ts';
import type { CompositionRecord, RunRecord } from './record.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** Ours; another version gets another number. */
export const PREDICATE_TYPE = 'https://clew.dev/attestations/run/v1';

export interface RunPredicate {
  /** Walls within which it was observed: a statement of one tenant is none of another's. */
  readonly tenant: string;
  readonly environment: string;
  /** When the request reached the gateway, RFC 3339. */
  readonly observedAt: string;
  /** Who says so. `gateway`: the process that saw the bytes. `control-plane`: the receiver of an unsigned sample, which proves only that nothing changed since. */
  readonly recordedBy: 'gateway' | 'control-plane';
  /** The gateway process, its life and the number of the run within it. */
  readonly gateway: Pick<Gateway, 'kind' | 'instance' | 'epoch' | 'counter'> | null;
  readonly record: CompositionRecord;
}

export interface RunStatement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly [{ readonly name: string; readonly digest: { readonly sha256: string } }];
  readonly predicateType: typeof PREDICATE_TYPE;
  readonly predicate: RunPredicate;
}

export type Observation = Omit<RunPredicate, 'record'>;

const subjectName = (record: CompositionRecord): string => `run:${record.runId ?? 'unnamed'}`;

export function statementOf(
  { record, digest }: RunRecord,
  { tenant, environment, observedAt, recordedBy, gateway }: Observation,
): RunStatement {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: subjectName(record), digest: { sha256: digest } }],
    predicateType: PREDICATE_TYPE,
    predicate: { tenant, environment, observedAt, recordedBy, gateway, record },
  };
}

/** The statement's canonical bytes in a signed envelope. */
export function signStatement(statement: RunStatement, key: SigningKey): DsseEnvelope {
  return signEnvelope(PAYLOAD_TYPE, Buffer.from(canonicalize(statement), 'utf8'), key);
}

/**
 * The statement in a payload, or undefined where it is none of version 1 or contradicts itself: the subject must be the
 * record that stands in the predicate. The payload is signed, which says who wrote it and not that it is well formed.
 */
export function readStatement(payload: Uint8Array): RunStatement | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    const value = JSON.parse(text) as Partial<RunStatement> | null;
    if (typeof value !== 'object' || value?._type !== STATEMENT_TYPE || value.predicateType !== PREDICATE_TYPE) return undefined;
    const { subject, predicate } = value as RunStatement;
    // A second member of one name would be read differently by different readers.
    if (!Array.isArray(subject) || (subject as readonly unknown[]).length !== 1 || canonicalize(value) !== text) return undefined;
    if (!isPredicate(predicate)) return undefined;
    const [{ name, digest }] = subject;
    const isSame = name === subjectName(predicate.record) && digest.sha256 === canonicalDigest(predicate.record);
    return isSame ? (value as RunStatement) : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function isPredicate(value: unknown): value is RunPredicate {
  if (!isObject(value) || !isObject(value['record'])) return false;
  const { tenant, environment, observedAt, recordedBy, gateway, record } = value;
  return (
    [tenant, environment, observedAt].every((text) => typeof text === 'string') &&
    (recordedBy === 'gateway' || recordedBy === 'control-plane') &&
    (gateway === null || isObject(gateway)) &&
    record['version'] === 1 &&
    isObject(record['model']) &&
    isObject(record['composition'])
  );
}
