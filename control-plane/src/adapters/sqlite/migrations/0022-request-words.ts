// Words in a table of their own: two small rows fill pages where one of two kilobytes leaves a fifth of them empty, who reads
// records does not read past words, and words go by removing their row.
export const requestWords = `
CREATE TABLE request_words (
  -- Number of the request.
  seq INTEGER PRIMARY KEY,
  texts BLOB NOT NULL
) STRICT;
-- No words without their request, whatever removes it.
CREATE TRIGGER request_words_go AFTER DELETE ON requests BEGIN
  DELETE FROM request_words WHERE seq = OLD.seq;
END;

-- requests.texts holds them in rows that repack.ts has not taken over yet.
DROP VIEW request_texts;
CREATE VIEW request_texts AS
  SELECT r.seq AS seq, 's' || lower(hex(r.scope)) || ' p' || lower(hex(coalesce(r.principal, ''))) AS wall,
    r.prompt IS NOT NULL OR r.answer IS NOT NULL AS is_indexed,
    indexable(text_of(r.prompt, coalesce(r.texts, w.texts), 0)) AS prompt, indexable(text_of(r.answer, coalesce(r.texts, w.texts), 1)) AS answer
  FROM requests r LEFT JOIN request_words w ON w.seq = r.seq;
INSERT INTO meta (key, value) SELECT 'repack_words', max(seq) FROM requests HAVING max(seq) IS NOT NULL;
`;
