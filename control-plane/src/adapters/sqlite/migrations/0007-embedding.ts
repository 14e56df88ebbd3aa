// Moving the store's vectors to another model, and where such a move stands. `meta` names the model in force.
export const embedding = `
-- At most one move at a time. It outlives the process: what was seen is not seen again.
CREATE TABLE embedding_moves (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  -- Vectors of the source up to this seq were taken over or found without a text.
  cursor INTEGER NOT NULL,
  -- The highest number there was after any removal since the cursor was last set: a chunk that was read before sets it no higher.
  ceiling INTEGER NOT NULL DEFAULT 9007199254740991,
  total INTEGER NOT NULL,
  moved INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  -- From then on the target is in force, and what is left to do is to remove the source's vectors.
  switched_at_ms INTEGER
) STRICT;

-- SQLite gives the numbers of removed rows out again where they were the highest ones. A vector that comes with such a
-- number must lie behind the cursor, or the move would pass it over.
CREATE TRIGGER embedding_moves_cursor AFTER DELETE ON vectors WHEN EXISTS (SELECT 1 FROM embedding_moves WHERE switched_at_ms IS NULL)
BEGIN
  UPDATE embedding_moves SET cursor = min(cursor, (SELECT coalesce(max(seq), 0) FROM vectors)),
    ceiling = min(ceiling, (SELECT coalesce(max(seq), 0) FROM vectors));
END;

-- Stores from before this have one model only.
INSERT INTO meta (key, value) SELECT 'embedding_model', model FROM vectors ORDER BY seq DESC LIMIT 1;
`;
