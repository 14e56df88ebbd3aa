// Verification of a thread's dossier by whoever was handed one: pure, and it trusts nothing but the key it is given. The file is an
// outsider's: cut, put together from others, of another place, or one that was true long ago.
import type { KeyObject } from 'node:crypto';
import { keyIdOf, openSent, readPublicKey } from '#contract';
import { parseVkey, vkeyOf } from '../identity/index.ts';
import { scopeKey, type Scope } from '../kernel/index.ts';
import { fieldsOf, hashOf, type ChainEnd } from './chain.ts';
import { DOSSIER_TYPE } from './dossier.ts';
import { openHead } from './head.ts';

/** What is wrong with a dossier, by name. */
export type DossierFault =
  | 'malformed_dossier'
  | 'other_key'
  | 'bad_signature'
  | 'other_type'
  | 'other_place'
  | 'other_thread'
  | 'other_log'
  | 'entries_moved'
  | 'entries_changed'
  | 'replayed';

export class DossierError extends Error {
  override readonly name = 'DossierError';
  readonly code: DossierFault;

  constructor(code: DossierFault, message: string) {
    super(message);
    this.code = code;
  }
}

export interface DossierExpectation {
  /** The key that is trusted; undefined: the one that the file names. */
  readonly key?: KeyObject | undefined;
  readonly tenant?: string | undefined;
  readonly environment?: string | undefined;
  readonly thread?: string | undefined;
  /** Signed heads of the audit log that were kept: an older dossier is not the newest word. */
  readonly heads?: readonly string[];
}

export interface VerifiedDossier {
  readonly tenant: string;
  readonly environment: string;
  readonly thread: string;
  readonly exportedAt: string;
  readonly requests: number;
  readonly entries: number;
  /** Entries of the audit log when it was exported. */
  readonly logSize: number;
  /** SHA-256 of the key's SPKI, hex. */
  readonly keyId: string;
}

interface Payload extends Scope {
  readonly thread: string;
  readonly exportedAt: string;
  readonly requests: readonly unknown[];
  readonly audit: { readonly vkey: string; readonly head: string; readonly entries: readonly string[] };
}

/** Throws DossierError with the first fault. Bundles of runs within are checked by `clew identity verify`. */
export function verifyDossier(file: unknown, expected: DossierExpectation = {}): VerifiedDossier {
  const { envelope, publicKey } = (file ?? {}) as { readonly envelope?: unknown; readonly publicKey?: unknown };
  const named = typeof publicKey === 'string' ? readPublicKey(publicKey) : undefined;
  if (!named) throw new DossierError('malformed_dossier', 'The file is no dossier: it holds no public key of Ed25519');
  const key = expected.key ?? named;
  if (keyIdOf(named) !== keyIdOf(key)) throw new DossierError('other_key', 'The file names another key than the one that is trusted');
  const payload = payloadOf(envelope, key);
  if (expected.tenant !== undefined && expected.tenant !== payload.tenant) throw otherPlace('tenant');
  if (expected.environment !== undefined && expected.environment !== payload.environment) throw otherPlace('environment');
  if (expected.thread !== undefined && expected.thread !== payload.thread)
    throw new DossierError('other_thread', 'The dossier is of another thread than the one that was asked for');
  const end = endOf(payload, key);
  checkEntries(payload, end);
  for (const head of expected.heads ?? []) checkKept(head, end, payload.audit.vkey);
  const { tenant, environment, thread, exportedAt } = payload;
  const counts = { requests: payload.requests.length, entries: payload.audit.entries.length, logSize: end.size };
  return { tenant, environment, thread, exportedAt, ...counts, keyId: keyIdOf(key) };
}

const otherPlace = (what: string): DossierError => new DossierError('other_place', `The dossier is of another ${what} than expected`);

function payloadOf(envelope: unknown, key: KeyObject): Payload {
  const type = (envelope as { readonly payloadType?: unknown } | null | undefined)?.payloadType;
  if (typeof type !== 'string') throw new DossierError('malformed_dossier', 'The file holds no envelope');
  if (type !== DOSSIER_TYPE) throw new DossierError('other_type', 'The envelope holds something else than a dossier');
  let body: Buffer | undefined;
  try {
    body = openSent(envelope, DOSSIER_TYPE, key);
  } catch {
    throw new DossierError('malformed_dossier', 'The envelope has no signatures of the form of DSSE');
  }
  if (!body)
    throw new DossierError('bad_signature', 'The envelope bears no good signature of the key: it was cut, changed or put together');
  const fields = fieldsOf(body.toString('utf8'));
  const audit = fields?.['audit'] as Partial<Payload['audit']> | null | undefined;
  const isWhole =
    fields?.['v'] === 1 &&
    ['tenant', 'environment', 'thread', 'exportedAt'].every((name) => typeof fields[name] === 'string') &&
    Array.isArray(fields['requests']) &&
    typeof audit?.vkey === 'string' &&
    typeof audit.head === 'string' &&
    Array.isArray(audit.entries) &&
    audit.entries.every((entry: unknown) => typeof entry === 'string');
  if (!isWhole) throw new DossierError('malformed_dossier', 'What is signed is no dossier of version 1');
  return fields as unknown as Payload;
}

/** The log's end as it was signed, for this key and this place. */
function endOf({ tenant, environment, audit }: Payload, key: KeyObject): ChainEnd {
  const name = parseVkey(audit.vkey)?.name ?? '';
  const isOwn = name.endsWith(`/${scopeKey({ tenant, environment })}/audit`) && audit.vkey === vkeyOf(name, key);
  const end = isOwn ? openHead(audit.head, audit.vkey) : undefined;
  if (!end) throw new DossierError('other_log', 'The signed end of the audit log is of another tenant, environment or key');
  return end;
}

function checkEntries({ tenant, environment, audit }: Payload, end: ChainEnd): void {
  let before: { readonly seq: number; readonly hash: string } | undefined;
  for (const text of audit.entries) {
    const fields = fieldsOf(text);
    const seq = fields?.['seq'];
    if (fields === undefined || typeof seq !== 'number')
      throw new DossierError('entries_changed', 'An entry is no canonical JSON with its number');
    if (fields['tenant'] !== tenant || fields['environment'] !== environment)
      throw new DossierError('other_log', `Entry ${seq} belongs to the log of another tenant or environment`);
    if (seq >= end.size || (before !== undefined && seq <= before.seq))
      throw new DossierError('entries_moved', `Entry ${seq} stands twice, out of order, or behind the signed end`);
    if (before?.seq === seq - 1 && fields['previous'] !== before.hash)
      throw new DossierError('entries_changed', `Entry ${seq} does not follow the one before it`);
    before = { seq, hash: hashOf(text) };
    if (seq === end.size - 1 && before.hash !== end.hash)
      throw new DossierError('entries_changed', `Entry ${seq} is not the one that was signed`);
  }
}

function checkKept(head: string, end: ChainEnd, vkey: string): void {
  const kept = openHead(head, vkey);
  if (!kept) throw new DossierError('other_log', 'A head that was kept is of another log or key');
  if (kept.size > end.size)
    throw new DossierError('replayed', `The dossier tells of ${end.size} entries, and ${kept.size} were signed before: ask for a new one`);
  if (kept.size === end.size && kept.hash !== end.hash)
    throw new DossierError('entries_changed', `The log had another end of ${end.size} entries before`);
}
