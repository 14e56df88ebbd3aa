// Topics in two levels, what became of them, and what placing goes on from after a restart.
export const topicTree = `
-- The coarser topic that it lies in; that stands in this table too, with no parent.
ALTER TABLE topics ADD COLUMN parent TEXT;
-- Cosine to the centroid from which a new text belongs to it.
ALTER TABLE topics ADD COLUMN join_at REAL;

-- Merges and splits, for good: ids of topics alone.
CREATE TABLE topic_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  from_id TEXT NOT NULL,
  to_id TEXT NOT NULL,
  threads INTEGER NOT NULL
) STRICT;
CREATE INDEX topic_changes_scope ON topic_changes (scope, seq);
CREATE INDEX topic_changes_from ON topic_changes (scope, from_id, seq) WHERE kind = 'merge';

-- How many texts there were when they were looked at together last, by the model of their vectors.
CREATE TABLE topic_reviews (
  scope TEXT NOT NULL,
  model TEXT NOT NULL,
  texts INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, model)
) STRICT, WITHOUT ROWID;
`;
