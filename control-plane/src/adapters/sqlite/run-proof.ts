// What proves a run, as it lies in the file. A statement nearly always says what the stored request says, so its signature is
// enough: the bytes that were signed are made anew from the request's record when somebody asks. Who signs is the same for all
// of a gateway's runs and stands once, in `signers`. Where a statement says anything else it is kept whole.
import { canonicalize, PAYLOAD_TYPE, recordOf, statementOf, type DsseEnvelope, type RunRecord, type Sample } from '#contract';
import { observationOf, type SignedBy } from '../../identity/index.ts';
import { query, type Database } from './database.ts';
import { packRecord, unpack } from './packed.ts';
import { scopeOf } from './scope.ts';

export interface Proof {
  readonly signed: SignedBy;
  readonly envelope: DsseEnvelope;
}

/** The columns of a run's row. With a signer `proof` is the bare signature; without, all of it in pressed form. */
export interface ProofColumns {
  readonly signer: number | null;
  readonly proof: Uint8Array;
}

/** What a statement is made of anew: the record, and what of the sample stands beside it. */
export type Observed = Pick<Sample, 'startedAt' | 'gateway'>;

/** For a run that outlives its request: when and through which process, which its statement says too. */
export function observedOf({ startedAt, gateway }: Observed): Observed {
  if (gateway === undefined) return { startedAt };
  const { kind, instance, epoch, counter } = gateway;
  return {
    startedAt,
    gateway: {
      kind,
      ...(instance === undefined ? {} : { instance }),
      ...(epoch === undefined ? {} : { epoch }),
      ...(counter === undefined ? {} : { counter }),
    },
  };
}

const SIGNATURE_BYTES = 64;
/** Of different `signed`: senders name keys as they like. Beyond it they stand in their rows. */
const MOST_SIGNERS = 4_096;
const KNOWN = 'SELECT id FROM signers WHERE signed = ?';
const ADD = `INSERT INTO signers (signed) SELECT ?1 WHERE (SELECT count(*) FROM signers) < ${MOST_SIGNERS} RETURNING id`;

/** Of the scope, as `keyOf` writes it: the payload that states just this, in base64. */
function payloadOf(scope: string, run: RunRecord, observed: Observed, recordedBy: SignedBy['by']): string {
  const statement = statementOf(run, { ...observationOf(observed, scopeOf(scope)), recordedBy });
  return Buffer.from(canonicalize(statement)).toString('base64');
}

/** Of one shape that can be written down as its bytes. */
function bareSignature({ signed, envelope: { payloadType, signatures } }: Proof): Buffer | undefined {
  const [signature] = signatures;
  if (payloadType !== PAYLOAD_TYPE || signatures.length !== 1 || signature?.keyid !== signed.keyId) return undefined;
  const bytes = Buffer.from(signature.sig, 'base64');
  return bytes.length === SIGNATURE_BYTES && bytes.toString('base64') === signature.sig ? bytes : undefined;
}

function signerOf(database: Database, signed: SignedBy): number | undefined {
  const text = JSON.stringify(signed);
  const found = database.prepare(KNOWN).get(text) ?? database.prepare(ADD).get(text);
  return found === undefined ? undefined : Number(found['id']);
}

/** Within a transaction. `sample` is what is stored of the run's request. */
export function proofColumns(database: Database, scope: string, proof: Proof, sample: Sample): ProofColumns {
  const bare = bareSignature(proof);
  const isOfSample = bare !== undefined && payloadOf(scope, recordOf(sample), sample, proof.signed.by) === proof.envelope.payload;
  const signer = isOfSample ? signerOf(database, proof.signed) : undefined;
  return signer === undefined || bare === undefined ? { signer: null, proof: packProof(proof) } : { signer, proof: bare };
}

/** The envelope of a run that keeps its signature alone. */
export function envelopeOf(scope: string, signed: SignedBy, signature: Uint8Array, run: RunRecord, observed: Observed): DsseEnvelope {
  return {
    payload: payloadOf(scope, run, observed, signed.by),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: signed.keyId, sig: Buffer.from(signature).toString('base64') }],
  };
}

/** Who signed, by their number. */
export function signerIn(database: Database, id: number): SignedBy {
  const row = database.get(query.selectFrom('signers').select('signed').where('id', '=', id));
  if (row === undefined) throw new Error('The database names a signer that it does not hold; restore it from a backup');
  return JSON.parse(row.signed) as SignedBy;
}

/**
 * Base64 hides from pressing that all statements look alike: the payload is kept as text, on a line of its own, where that
 * gives the same bytes back.
 */
export function packProof({ signed, envelope }: Proof): Uint8Array {
  const payload = Buffer.from(envelope.payload, 'base64').toString();
  const isText = Buffer.from(payload).toString('base64') === envelope.payload;
  return packRecord(
    isText ? `${JSON.stringify({ signed, envelope: { ...envelope, payload: null } })}\n${payload}` : JSON.stringify({ signed, envelope }),
  );
}

export function proofIn(packed: Uint8Array): Proof {
  const text = unpack(packed);
  // JSON itself is written without line breaks.
  const end = text.indexOf('\n');
  if (end < 0) return JSON.parse(text) as Proof;
  const { signed, envelope } = JSON.parse(text.slice(0, end)) as Proof;
  return { signed, envelope: { ...envelope, payload: Buffer.from(text.slice(end + 1)).toString('base64') } };
}
