// What gateways state of all their runs, under their keys, and what of their signatures was not taken. Nothing of people.
export const gatewayIdentity = `
-- vouched: an administrator put the key there; else a gateway announced it with the token announced_by.
ALTER TABLE gateway_keys ADD COLUMN vouched INTEGER NOT NULL DEFAULT 1;
ALTER TABLE gateway_keys ADD COLUMN announced_by TEXT;

-- key_id: the key that the epoch's runs are signed with; from then on the numbers of other runs do not count, and are
-- counted in unproven.
ALTER TABLE counter_epochs ADD COLUMN key_id TEXT;
ALTER TABLE counter_epochs ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0;

-- The newest statement of each epoch. lost: JSON.
CREATE TABLE gateway_epochs (
  scope TEXT NOT NULL,
  epoch TEXT NOT NULL,
  key_id TEXT NOT NULL,
  runs INTEGER NOT NULL,
  lost TEXT NOT NULL,
  state TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  envelope TEXT NOT NULL,
  PRIMARY KEY (scope, epoch)
) STRICT, WITHOUT ROWID;

-- key_id: as the sender named it; empty where that was no key id, or there were too many of them.
CREATE TABLE refused_signatures (
  scope TEXT NOT NULL,
  reason TEXT NOT NULL,
  key_id TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, reason, key_id)
) STRICT, WITHOUT ROWID;
`;
