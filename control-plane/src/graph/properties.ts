// Names and types of all properties: GraphML and CSV declare them before the first row.
export type PropertyType = 'string' | 'double' | 'long' | 'boolean';

export const NODE_PROPERTIES: Readonly<Record<string, PropertyType>> = {
  name: 'string',
  at: 'string',
  endedAt: 'string',
  startedAt: 'string',
  lastAt: 'string',
  turns: 'long',
  calls: 'long',
  kind: 'string',
  position: 'string',
  intent: 'string',
  followUp: 'string',
  isFork: 'boolean',
  outcome: 'string',
  isBlocked: 'boolean',
  inputTokens: 'long',
  outputTokens: 'long',
  costUsd: 'double',
  runId: 'string',
  traceId: 'string',
  prompt: 'string',
  answer: 'string',
};

export const EDGE_PROPERTIES: Readonly<Record<string, PropertyType>> = {
  method: 'string',
  confidence: 'double',
  similarity: 'double',
};
