// Both vectors of a request in one row that goes by the request's number: what else there is to say of them the request says.
export const denseVectors = `
CREATE TABLE scopes (id INTEGER PRIMARY KEY, scope TEXT NOT NULL UNIQUE) STRICT;
-- The number times 2^40 must stay one that every reader can hold.
CREATE TABLE vector_models (id INTEGER PRIMARY KEY CHECK (id < 8192), model TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE request_vectors (
  -- Number of the request, plus 2^40 times that of the model.
  seq INTEGER PRIMARY KEY,
  -- Of scopes.
  scope INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  prompt BLOB,
  answer BLOB
) STRICT;
CREATE INDEX request_vectors_age ON request_vectors (scope, at_ms, (prompt IS NOT NULL) + (answer IS NOT NULL));
-- No vectors without their request, whatever removes it.
CREATE TRIGGER request_vectors_go AFTER DELETE ON requests BEGIN
  DELETE FROM request_vectors WHERE seq IN (SELECT OLD.seq + (id << 40) FROM vector_models);
END;

-- Number of the last request of which the vectors in this form were taken over; cursor is of the table vectors.
ALTER TABLE embedding_moves ADD COLUMN request_cursor INTEGER NOT NULL DEFAULT 0;

-- repack.ts takes rows of the table vectors over, and puts those in steps that it leaves.
DELETE FROM meta WHERE key = 'repack_vectors';
INSERT INTO meta (key, value) SELECT 'repack_dense_vectors', max(seq) FROM vectors HAVING max(seq) IS NOT NULL;
`;
