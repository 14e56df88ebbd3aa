// When the newest checkpoint was published.
export const checkpointTime = `
ALTER TABLE log_trees ADD COLUMN checkpoint_ms INTEGER;
`;
