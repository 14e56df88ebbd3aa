// The topic of a fixed list that a request was put to at its arrival, where the policy has its embedding dropped.
export const fixedTopics = `
ALTER TABLE requests ADD COLUMN fixed_topic TEXT;
`;
