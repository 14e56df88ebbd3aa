// Legal holds. A held thread holds requests, so that no later move of one takes it out from under the hold.
export const holds = `
CREATE TABLE holds (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  -- user | thread | scope
  kind TEXT NOT NULL,
  -- Pseudonym, or id of a thread; null where all of the scope is held.
  subject TEXT,
  -- Whose data is held; null where that is more than one person's.
  principal TEXT,
  -- Redacted.
  reason TEXT NOT NULL,
  placed_at_ms INTEGER NOT NULL,
  placed_by TEXT NOT NULL,
  -- Null while it is in force.
  lifted_at_ms INTEGER,
  lifted_by TEXT,
  lift_reason TEXT,
  PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_in_force ON holds (scope, kind, subject) WHERE lifted_at_ms IS NULL;
CREATE INDEX holds_principal ON holds (scope, principal) WHERE principal IS NOT NULL;

-- Of threads that are held. Gone when the hold is lifted.
CREATE TABLE held_requests (
  scope TEXT NOT NULL,
  request_id TEXT NOT NULL,
  hold_id TEXT NOT NULL,
  PRIMARY KEY (scope, request_id, hold_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER held_when_stored AFTER INSERT ON requests
  WHEN EXISTS (SELECT 1 FROM holds WHERE scope = NEW.scope AND kind = 'thread' AND subject = NEW.thread_id AND lifted_at_ms IS NULL)
BEGIN
  INSERT OR IGNORE INTO held_requests (scope, request_id, hold_id)
    SELECT NEW.scope, NEW.id, id FROM holds
    WHERE scope = NEW.scope AND kind = 'thread' AND subject = NEW.thread_id AND lifted_at_ms IS NULL;
END;
CREATE TRIGGER held_when_moved AFTER UPDATE OF thread_id ON requests
  WHEN EXISTS (SELECT 1 FROM holds WHERE scope = NEW.scope AND kind = 'thread' AND subject = NEW.thread_id AND lifted_at_ms IS NULL)
BEGIN
  INSERT OR IGNORE INTO held_requests (scope, request_id, hold_id)
    SELECT NEW.scope, NEW.id, id FROM holds
    WHERE scope = NEW.scope AND kind = 'thread' AND subject = NEW.thread_id AND lifted_at_ms IS NULL;
END;
`;
