// A run that is named as its request is has the name once in its proof: run_identities.run_id is empty there (id-keys.ts).
// repack.ts takes the others over.
export const proofsByRequest = `
INSERT INTO meta (key, value) SELECT 'repack_run_names', max(seq) FROM run_identities HAVING max(seq) IS NOT NULL;
`;
