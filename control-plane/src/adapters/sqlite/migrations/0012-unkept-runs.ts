// Numbered runs that came in and are not kept: why, as ranges of numbers. And calls that a gateway states it let pass unseen.
export const unkeptRuns = `
CREATE TABLE counter_unkept (
  scope TEXT NOT NULL,
  epoch TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  -- mode_off, buried, erased.
  reason TEXT NOT NULL,
  PRIMARY KEY (scope, epoch, first)
) STRICT, WITHOUT ROWID;

ALTER TABLE gateway_epochs ADD COLUMN passed INTEGER NOT NULL DEFAULT 0;
`;
