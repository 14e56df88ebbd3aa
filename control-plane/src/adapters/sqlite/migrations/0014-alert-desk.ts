// Alerts with what was found out about them, what is posted of it, and deploys that pipelines tell of.
export const alertDesk = `
ALTER TABLE alerts ADD COLUMN heard_at_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN settings TEXT NOT NULL DEFAULT '{"metric":null,"fromMs":null,"toMs":null,"baseline":null}';
-- When it is to be explained next; NULL: never.
ALTER TABLE alerts ADD COLUMN due_at_ms INTEGER;
UPDATE alerts SET heard_at_ms = received_at_ms;
CREATE INDEX alerts_due ON alerts (due_at_ms) WHERE due_at_ms IS NOT NULL;

CREATE TABLE alert_explanations (
  scope TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  -- Counts and names of segments, no person.
  explanation TEXT NOT NULL,
  PRIMARY KEY (scope, alert_id),
  FOREIGN KEY (scope, alert_id) REFERENCES alerts (scope, id) ON DELETE CASCADE
) STRICT;

-- Threads that show a finding, by its place in the explanation.
CREATE TABLE alert_threads (
  scope TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  finding INTEGER NOT NULL,
  place INTEGER NOT NULL,
  thread_id TEXT NOT NULL,
  -- The thread itself where nobody is known.
  principal TEXT NOT NULL,
  PRIMARY KEY (scope, alert_id, finding, place),
  FOREIGN KEY (scope, alert_id) REFERENCES alerts (scope, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX alert_threads_principal ON alert_threads (scope, principal);

CREATE TABLE alert_posts (
  id TEXT PRIMARY KEY,
  scope TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  -- Digest of the URL, which may hold a secret.
  target TEXT NOT NULL,
  host TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  attempts INTEGER NOT NULL,
  due_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  settled_at_ms INTEGER,
  UNIQUE (scope, alert_id, target, key),
  FOREIGN KEY (scope, alert_id) REFERENCES alerts (scope, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX alert_posts_due ON alert_posts (due_at_ms) WHERE state = 'waiting';

CREATE TABLE deploys (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  service TEXT NOT NULL,
  version TEXT,
  PRIMARY KEY (scope, id)
) STRICT;
CREATE INDEX deploys_at ON deploys (scope, at_ms);
`;
