// Times named _ms are epoch milliseconds; `at`, `started_at`, `last_at`, `ended_at` epoch seconds with fractions.
// `scope` is "tenant/environment"; it leads every key and index, so that no query can do without it.
export const spine = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Accepted, not stored yet. Ciphertext only.
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  key_id TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL DEFAULT 0,
  buried_at_ms INTEGER,
  buried_reason TEXT,
  UNIQUE (scope, id)
) STRICT;
CREATE INDEX journal_waiting ON journal (seq, due_at_ms) WHERE buried_at_ms IS NULL;
CREATE INDEX journal_keys ON journal (key_id);

-- One row a request: what is searched or counted by in columns, the rest as JSON. Texts are redacted.
CREATE TABLE requests (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  at REAL NOT NULL,
  ended_at REAL,
  principal TEXT,
  thread_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  position TEXT NOT NULL,
  intent TEXT NOT NULL,
  follow_up TEXT,
  method TEXT NOT NULL,
  confidence REAL NOT NULL,
  similarity REAL,
  predecessor_id TEXT,
  outcome TEXT,
  blocked INTEGER NOT NULL,
  truncated INTEGER NOT NULL,
  model TEXT,
  embedding_model TEXT,
  run_id TEXT,
  trace_id TEXT,
  correlation_id TEXT,
  declared_session TEXT,
  topic_id TEXT,
  topic_label TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cost_usd REAL,
  prompt TEXT,
  answer TEXT,
  sample TEXT NOT NULL,
  placement TEXT NOT NULL,
  turn TEXT NOT NULL,
  UNIQUE (scope, id)
) STRICT;
CREATE INDEX requests_thread ON requests (scope, thread_id, at, seq);
CREATE INDEX requests_thread_model ON requests (scope, thread_id, model);
CREATE INDEX requests_thread_position ON requests (scope, thread_id, position);
CREATE INDEX requests_principal ON requests (scope, principal, at, seq) WHERE principal IS NOT NULL;
CREATE INDEX requests_predecessor ON requests (scope, predecessor_id) WHERE predecessor_id IS NOT NULL;
CREATE INDEX requests_run ON requests (scope, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX requests_trace ON requests (scope, trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX requests_correlation ON requests (scope, correlation_id) WHERE correlation_id IS NOT NULL;
CREATE INDEX requests_declared ON requests (scope, declared_session) WHERE declared_session IS NOT NULL;

-- Aggregates over the requests of a thread, kept up to date by each commit; aggregate.ts says how.
CREATE TABLE threads (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  principal TEXT,
  started_at REAL NOT NULL,
  last_at REAL NOT NULL,
  ended_at REAL NOT NULL,
  turns INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  title TEXT NOT NULL,
  last_prompt TEXT NOT NULL,
  topic_id TEXT,
  topic_label TEXT,
  models TEXT NOT NULL,
  sessions TEXT NOT NULL,
  errors INTEGER NOT NULL,
  blocks INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_usd REAL,
  lowest_confidence REAL NOT NULL,
  breakdown_request TEXT,
  breakdown_kind TEXT,
  complaints INTEGER NOT NULL,
  last_complaint INTEGER NOT NULL,
  last_outcome TEXT,
  PRIMARY KEY (scope, id)
) STRICT;
CREATE INDEX threads_activity ON threads (scope, last_at, id);
CREATE INDEX threads_principal ON threads (scope, principal, last_at, id);

-- float32, little endian. Vectors of several models may stand side by side; they are never compared.
CREATE TABLE vectors (
  seq INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  model TEXT NOT NULL,
  request_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  principal TEXT,
  thread_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  vector BLOB NOT NULL,
  UNIQUE (scope, request_id, kind, model)
) STRICT;
CREATE INDEX vectors_principal ON vectors (scope, model, principal, at_ms);
CREATE INDEX vectors_age ON vectors (scope, at_ms);

-- Full text over redacted texts, which stay in requests (external content). The column "wall" holds scope and principal
-- as words, so that the index itself never reads past them.
CREATE VIEW request_texts AS
  SELECT seq, 's' || lower(hex(scope)) || ' p' || lower(hex(coalesce(principal, ''))) AS wall,
    indexable(prompt) AS prompt, indexable(answer) AS answer
  FROM requests;
CREATE VIRTUAL TABLE requests_fts USING fts5(
  wall, prompt, answer, content = 'request_texts', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2'
);

-- Facts to be announced, stored in the transaction that made them true.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  type TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT;
`;
