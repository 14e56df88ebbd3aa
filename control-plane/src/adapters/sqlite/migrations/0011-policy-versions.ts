// Policies that were in force. They are the installation's, not a tenant's.
export const policyVersions = `
CREATE TABLE policy_versions (
  version INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  -- Id of the token that took it, or "file".
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
`;
