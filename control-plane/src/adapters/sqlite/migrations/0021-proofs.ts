// A statement that says what its request says is kept as its signature; who signs stands once for all of their runs.
export const proofs = `
-- JSON of who signed, and why a gateway's signature was not taken: ids of keys.
CREATE TABLE signers (id INTEGER PRIMARY KEY, signed TEXT NOT NULL UNIQUE) STRICT;
-- With a signer, proof is the bare signature, and what was signed is made anew from the request's record.
ALTER TABLE run_identities ADD COLUMN signer INTEGER;
-- Of a run whose request is gone: JSON of what its statement says beside the record. NULL: the statement is kept whole.
ALTER TABLE past_runs ADD COLUMN observed TEXT;

-- Without manifests every run is undeclared; nobody finds one by that.
CREATE INDEX run_identities_judged ON run_identities (scope, verdict, at, run_id) WHERE verdict <> 'undeclared';
DROP INDEX run_identities_verdict;

INSERT INTO meta (key, value) SELECT 'repack_proofs', max(seq) FROM run_identities HAVING max(seq) IS NOT NULL;
`;
