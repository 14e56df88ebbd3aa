// What the process had in hand when it ended, so that a sample that kills it is found and does not kill it for ever.
export const inHand = `
ALTER TABLE journal ADD COLUMN is_in_hand INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
CREATE INDEX journal_in_hand ON journal (seq) WHERE is_in_hand = 1;
`;
