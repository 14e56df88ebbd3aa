/** Room -> rooms it may import (each only through its index.ts). Compared with the real imports by test/architecture. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  // base
  access: [],
  policies: [],
  privacy: [],
  identity: [],
  // middle
  threads: [],
  disclosure: [],
  topics: ['disclosure'],
  search: ['threads', 'topics'],
  accuracy: ['threads'],
  repair: ['threads'],
  audit: ['identity'],
  vault: [],
  holds: [],
  // top
  ingest: ['threads', 'privacy', 'identity', 'policies', 'vault'],
  litellm: ['ingest'],
  otlp: ['ingest'],
  feedback: ['ingest', 'policies'],
  reports: [],
  graph: [],
  live: [],
  insight: ['threads'],
  retention: ['policies'],
  alerts: ['threads'],
  export: ['threads'],
  reembed: ['ingest'],
};
