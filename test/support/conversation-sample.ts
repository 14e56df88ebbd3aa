import type { Sample } from '../../plugin/src/contract/index.ts';
import type { ConversationRow } from './shared-data.ts';

/** A row of a conversation as the plugin would post it. */
export const sampleOf = (row: ConversationRow): Sample => ({
  version: 1,
  id: row.id,
  startedAt: new Date(row.ts * 1000).toISOString(),
  principal: { id: row.user, source: 'consumer', trust: 'authenticated' },
  prompt: { text: row.text },
  ...(row.response === undefined ? {} : { answer: { text: row.response } }),
  status: { outcome: 'ok', http: 200 },
});
