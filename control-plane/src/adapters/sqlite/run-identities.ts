import { UNDECLARED, type Judgement, type Sample } from '#contract';
import type { RunIdentity, SignedBy } from '../../identity/index.ts';
import { query, type Database } from './database.ts';
import { runNameOf } from './id-keys.ts';
import type { LeafAppender } from './log.ts';
import type { NewRequest } from './request-row.ts';
import { proofColumns, proofIn } from './run-proof.ts';

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Within the transaction that stores the run, so that no run is without its leaf and no leaf without its run. */
export function addIdentity(database: Database, log: LeafAppender, row: NewRequest, identity: RunIdentity, sample: Sample): void {
  const { runId, judgement, envelope, leaf, signed } = identity;
  database.run(
    query.insertInto('run_identities').values({
      scope: row.scope,
      run_id: runNameOf(runId, row.id),
      request_id: row.id,
      at: row.at,
      verdict: judgement.verdict,
      judgement: same(judgement, UNDECLARED) ? 'null' : JSON.stringify(judgement),
      signed: '',
      envelope: '',
      ...proofColumns(database, row.scope, { signed, envelope }, sample),
      leaf_index: log.add(leaf),
    }),
  );
}

export interface IdentityRow {
  readonly judgement: string | null;
  readonly signed: string | null;
  readonly proof: Uint8Array | null;
  /** `signed` of the signer's row, where the run names one. */
  readonly by_signer: string | null;
  readonly leaf_index: number | null;
}

export interface StoredIdentity {
  readonly judgement: Judgement;
  readonly signed: SignedBy | null;
  readonly logIndex: number | null;
}

function signedBy({ signed, proof, by_signer: bySigner }: IdentityRow): SignedBy | null {
  if (signed === null) return null;
  if (bySigner !== null) return JSON.parse(bySigner) as SignedBy;
  return proof === null ? (JSON.parse(signed) as SignedBy) : proofIn(proof).signed;
}

export function fromIdentityRow(row: IdentityRow): StoredIdentity {
  const { judgement, leaf_index: logIndex } = row;
  return {
    judgement: judgement === null || judgement === 'null' ? UNDECLARED : (JSON.parse(judgement) as Judgement),
    signed: signedBy(row),
    logIndex,
  };
}
