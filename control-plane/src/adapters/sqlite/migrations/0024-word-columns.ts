// The text index names a column at each word but for words of the first: prompts stand there, and the wall, which is two words, last.
export const wordColumns = `
-- Rows up to the mark are in the old index until repack.ts has taken them over; migrate.ts drops it where it holds none.
ALTER TABLE requests_fts RENAME TO requests_fts_old;
CREATE VIRTUAL TABLE requests_fts USING fts5(
  prompt, answer, wall, content = 'request_texts', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO requests_fts (requests_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO meta (key, value) SELECT 'repack_index', max(seq) FROM requests HAVING max(seq) IS NOT NULL;
`;
