// Alerts, topics, feedback, tombstones of erasure and what is kept of runs whose request is gone.
export const rooms = `
-- By time alone: retention, incidents and lists of runs.
CREATE INDEX requests_at ON requests (scope, at, seq);
CREATE INDEX requests_with_text ON requests (scope, at) WHERE prompt IS NOT NULL OR answer IS NOT NULL;
CREATE INDEX requests_runs ON requests (scope, at, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX requests_topic ON requests (scope, topic_id, seq) WHERE topic_id IS NOT NULL;
CREATE INDEX threads_topic ON threads (scope, topic_id, last_at) WHERE topic_id IS NOT NULL;

-- Deleted words leave the segments of the text index at once, instead of at the next merge.
INSERT INTO requests_fts (requests_fts, rank) VALUES ('secure-delete', 1);

CREATE TABLE alerts (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  status TEXT NOT NULL,
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  starts_at_ms INTEGER NOT NULL,
  ends_at_ms INTEGER,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, id)
) STRICT;
CREATE INDEX alerts_start ON alerts (scope, starts_at_ms, id);

-- Which request brought its thread into which topic stands in requests.topic_id; here is what a topic is called now.
CREATE TABLE topics (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE feedback (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  request_id TEXT,
  principal TEXT,
  kind TEXT NOT NULL,
  name TEXT,
  value REAL NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, id)
) STRICT;
CREATE INDEX feedback_thread ON feedback (scope, thread_id, at_ms);
CREATE INDEX feedback_principal ON feedback (scope, principal) WHERE principal IS NOT NULL;

-- Whose requests from before a moment must never be stored (again): SHA-256 of scope and pseudonym, so that the row
-- itself names nobody.
CREATE TABLE tombstones (
  subject BLOB PRIMARY KEY,
  erased_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Identity outlives metadata: digests only, without principal, thread, texts and salts.
CREATE TABLE past_runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  run_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  trace_id TEXT,
  at REAL NOT NULL,
  model TEXT,
  record TEXT NOT NULL,
  UNIQUE (scope, run_id, request_id)
) STRICT;
CREATE INDEX past_runs_at ON past_runs (scope, at, run_id);
`;
