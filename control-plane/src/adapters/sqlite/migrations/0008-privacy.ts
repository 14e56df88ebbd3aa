// The audit log, the vault, and events that wait for a place that does not answer.
export const privacy = `
-- Hash-chained: entry is the canonical text that was hashed, and holds the hash of the one before.
CREATE TABLE audit (
  scope TEXT NOT NULL,
  -- From 0, without gaps.
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  entry TEXT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_kind ON audit (scope, kind, seq);
CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- The newest signed head of each log; the guard apart from the store has it too.
CREATE TABLE audit_heads (scope TEXT PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL) STRICT;

-- One data key a subject, wrapped by the master key that is named. Without the row the values are noise.
CREATE TABLE vault_keys (
  scope TEXT NOT NULL,
  principal TEXT NOT NULL,
  master TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (scope, principal)
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_keys_master ON vault_keys (master);
CREATE TABLE vault_values (
  seq INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  principal TEXT NOT NULL,
  request_id TEXT NOT NULL,
  -- What stands in the value's place in the texts.
  token TEXT NOT NULL,
  type TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX vault_values_token ON vault_values (scope, request_id, token);
CREATE INDEX vault_values_principal ON vault_values (scope, principal);
CREATE INDEX vault_values_age ON vault_values (scope, at_ms);

-- An erasure that a place did not take waits here, however long.
ALTER TABLE events ADD COLUMN due_at_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
`;
