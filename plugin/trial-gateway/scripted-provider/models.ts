/** Names that providers resolve to a dated snapshot. What is not listed runs under the name that was asked for. */
const SNAPSHOTS: Readonly<Record<string, string>> = {
  'gpt-4o': 'gpt-4o-2024-08-06',
  'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  'gpt-4.1': 'gpt-4.1-2025-04-14',
  'gpt-4.1-mini': 'gpt-4.1-mini-2025-04-14',
  'gpt-4.1-nano': 'gpt-4.1-nano-2025-04-14',
  'gpt-5': 'gpt-5-2025-08-07',
  'gpt-5-mini': 'gpt-5-mini-2025-08-07',
  'o4-mini': 'o4-mini-2025-04-16',
  'claude-sonnet-4-5': 'claude-sonnet-4-5-20250929',
  'claude-haiku-4-5': 'claude-haiku-4-5-20251001',
  'claude-opus-4-1': 'claude-opus-4-1-20250805',
  'claude-3-5-haiku-latest': 'claude-3-5-haiku-20241022',
};

/** The model that answers a request for `requested`. */
export const executedModel = (requested: string): string => SNAPSHOTS[requested] ?? requested;

export const KNOWN_MODELS: readonly string[] = [
  ...new Set([...Object.keys(SNAPSHOTS), ...Object.values(SNAPSHOTS), 'text-embedding-3-small']),
];
