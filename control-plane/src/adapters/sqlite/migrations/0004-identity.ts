// What a run was judged to be and the proof of it, the transparency log, counters and keys of gateways. Nothing here
// points to a person: digests, models, times, and ids that requests lose when they go.
export const identity = `
-- Outlives the request. leaf_index is the place in the log of the scope.
CREATE TABLE run_identities (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  run_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  at REAL NOT NULL,
  verdict TEXT NOT NULL,
  judgement TEXT NOT NULL,
  signed TEXT NOT NULL,
  envelope TEXT NOT NULL,
  leaf_index INTEGER NOT NULL,
  UNIQUE (scope, run_id, request_id),
  UNIQUE (scope, leaf_index)
) STRICT;
CREATE INDEX run_identities_verdict ON run_identities (scope, verdict, at, run_id);
CREATE INDEX run_identities_at ON run_identities (scope, at);

-- One row a log. size grows in the transactions that add leaves; checkpoint is the newest that was published.
CREATE TABLE log_trees (
  scope TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  checkpoint TEXT,
  checkpoint_size INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- C2SP tiles: 256 hashes a row, fewer at the right edge. Level -1: the leaves themselves, 32 bytes each.
CREATE TABLE log_tiles (
  scope TEXT NOT NULL,
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (scope, level, number)
) STRICT, WITHOUT ROWID;

-- Runs of numbers that have come in of a gateway's epoch; a gap lies between two rows. first_seen_ms: when the row came
-- into being, so when the gap before it was first seen.
CREATE TABLE counter_ranges (
  scope TEXT NOT NULL,
  epoch TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, epoch, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE counter_epochs (
  scope TEXT NOT NULL,
  epoch TEXT NOT NULL,
  repeated INTEGER NOT NULL DEFAULT 0,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE gateway_keys (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  until_ms INTEGER,
  revoked_at_ms INTEGER,
  PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
`;
