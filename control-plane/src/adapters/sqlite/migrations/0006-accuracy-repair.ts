// How often guesses turn out right, what was learned from that, and what people set right.
export const accuracyRepair = `
-- What inference would have decided where certain evidence, or a person, says what is right. guess: the candidates as
-- numbers and ids of requests, no words.
CREATE TABLE link_verdicts (
  scope TEXT NOT NULL,
  request_id TEXT NOT NULL,
  -- traffic | person
  source TEXT NOT NULL,
  principal TEXT NOT NULL,
  at REAL NOT NULL,
  evidence TEXT NOT NULL,
  kind TEXT NOT NULL,
  confidence REAL NOT NULL,
  choices INTEGER NOT NULL,
  guess TEXT NOT NULL,
  -- The repair that a person's verdict comes from.
  repair_id TEXT,
  PRIMARY KEY (scope, request_id, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_verdicts_at ON link_verdicts (scope, at);
CREATE INDEX link_verdicts_principal ON link_verdicts (scope, principal);
CREATE INDEX link_verdicts_repair ON link_verdicts (scope, repair_id) WHERE repair_id IS NOT NULL;

-- Only ever grows: the newest version is in force. tuning: null is the linker as it was shipped.
CREATE TABLE calibrations (
  scope TEXT NOT NULL,
  version INTEGER NOT NULL,
  action TEXT NOT NULL,
  reverted_to INTEGER,
  tuning TEXT,
  preview TEXT,
  at_ms INTEGER NOT NULL,
  by_id TEXT NOT NULL,
  PRIMARY KEY (scope, version)
) STRICT, WITHOUT ROWID;

-- A merge, split or move that a person asked for. reason: redacted.
CREATE TABLE repairs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  principal TEXT NOT NULL,
  -- Digest of what was asked, so that asking twice changes nothing.
  asked TEXT NOT NULL,
  into_id TEXT NOT NULL,
  reason TEXT,
  at_ms INTEGER NOT NULL,
  by_id TEXT NOT NULL,
  undone_at_ms INTEGER,
  undone_by TEXT,
  undo_reason TEXT,
  UNIQUE (scope, id)
) STRICT;
CREATE INDEX repairs_asked ON repairs (scope, asked);
CREATE INDEX repairs_principal ON repairs (scope, principal);
CREATE INDEX repairs_age ON repairs (scope, at_ms);

-- Requests that a repair moved, and how they stood before, so that it can be undone.
CREATE TABLE repair_moves (
  scope TEXT NOT NULL,
  repair_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  at REAL NOT NULL,
  from_id TEXT NOT NULL,
  into_id TEXT NOT NULL,
  before TEXT NOT NULL,
  PRIMARY KEY (scope, repair_id, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX repair_moves_request ON repair_moves (scope, request_id);
CREATE INDEX repair_moves_from ON repair_moves (scope, from_id);
CREATE INDEX repair_moves_principal ON repair_moves (scope, principal);
CREATE INDEX repair_moves_at ON repair_moves (scope, at);

-- Certain evidence that came later and says otherwise; what the person said stands.
CREATE TABLE repair_contradictions (
  scope TEXT NOT NULL,
  repair_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  at REAL NOT NULL,
  evidence TEXT NOT NULL,
  PRIMARY KEY (scope, repair_id, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX repair_contradictions_principal ON repair_contradictions (scope, principal);
CREATE INDEX repair_contradictions_at ON repair_contradictions (scope, at);
`;
