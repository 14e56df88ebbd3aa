import { UNDECLARED, type Judgement } from '#contract';
import type { RunIdentity, SignedBy } from '../../identity/index.ts';
import { query, type Database } from './database.ts';
import type { LeafAppender } from './log.ts';
import type { NewRequest } from './request-row.ts';
import { packProof, proofIn } from './run-proof.ts';

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Within the transaction that stores the run, so that no run is without its leaf and no leaf without its run. */
export function addIdentity(database: Database, log: LeafAppender, row: NewRequest, identity: RunIdentity): void {
  const { runId, judgement, envelope, leaf, signed } = identity;
  database.run(
    query.insertInto('run_identities').values({
      scope: row.scope,
      run_id: runId,
      request_id: row.id,
      at: row.at,
      verdict: judgement.verdict,
      judgement: same(judgement, UNDECLARED) ? 'null' : JSON.stringify(judgement),
      signed: '',
      envelope: '',
      proof: packProof({ signed, envelope }),
      leaf_index: log.add(leaf),
    }),
  );
}

export interface IdentityRow {
  readonly judgement: string | null;
  readonly signed: string | null;
  readonly proof: Uint8Array | null;
  readonly leaf_index: number | null;
}

export interface StoredIdentity {
  readonly judgement: Judgement;
  readonly signed: SignedBy | null;
  readonly logIndex: number | null;
}

export function fromIdentityRow({ judgement, signed, proof, leaf_index: logIndex }: IdentityRow): StoredIdentity {
  return {
    judgement: judgement === null || judgement === 'null' ? UNDECLARED : (JSON.parse(judgement) as Judgement),
    signed: signed === null ? null : proof === null ? (JSON.parse(signed) as SignedBy) : proofIn(proof).signed,
    logIndex,
  };
}
