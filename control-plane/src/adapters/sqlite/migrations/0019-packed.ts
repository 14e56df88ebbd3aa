// Texts, samples, placements, statements and guesses in pressed form. Rows from before have NULL there and are read as they
// are; repack.ts takes them over in batches.
export const packed = `
ALTER TABLE requests ADD COLUMN packed BLOB;
ALTER TABLE requests ADD COLUMN texts BLOB;
ALTER TABLE run_identities ADD COLUMN proof BLOB;
ALTER TABLE link_verdicts ADD COLUMN packed BLOB;
DROP VIEW request_texts;
CREATE VIEW request_texts AS
  SELECT seq, 's' || lower(hex(scope)) || ' p' || lower(hex(coalesce(principal, ''))) AS wall,
    prompt IS NOT NULL OR answer IS NOT NULL AS is_indexed,
    indexable(text_of(prompt, texts, 0)) AS prompt, indexable(text_of(answer, texts, 1)) AS answer
  FROM requests;

-- What repack.ts has to take over: nothing in a new file.
INSERT INTO meta (key, value) SELECT 'repack_requests', max(seq) FROM requests HAVING max(seq) IS NOT NULL;
INSERT INTO meta (key, value) SELECT 'repack_run_identities', max(seq) FROM run_identities HAVING max(seq) IS NOT NULL;
INSERT INTO meta (key, value) SELECT 'repack_vectors', max(seq) FROM vectors HAVING max(seq) IS NOT NULL;
`;
