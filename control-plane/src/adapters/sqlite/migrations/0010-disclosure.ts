// Figures about many people that were released: drawn once, shown ever after.
export const disclosure = `
CREATE TABLE released_days (
  scope TEXT NOT NULL,
  day TEXT NOT NULL,
  tenant TEXT NOT NULL,
  -- What the day's figures cost each person that may be in them.
  epsilon REAL NOT NULL,
  PRIMARY KEY (scope, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX released_days_tenant ON released_days (tenant, day);

CREATE TABLE released_topics (
  scope TEXT NOT NULL,
  day TEXT NOT NULL,
  topic_id TEXT NOT NULL,
  label TEXT NOT NULL,
  -- With noise.
  users INTEGER NOT NULL,
  unhappy INTEGER NOT NULL,
  PRIMARY KEY (scope, day, topic_id)
) STRICT, WITHOUT ROWID;
`;
