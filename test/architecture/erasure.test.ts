// The register of erasure against the schema: a table that somebody adds is either erased from, or somebody says why not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { userTokens } from '../../control-plane/src/access/index.ts';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { waitingSamples } from '../../control-plane/src/ingest/index.ts';

/** Tables that no erasure looks into, and what they hold instead of people. */
const WITHOUT_PEOPLE: Readonly<Record<string, string>> = {
  events: 'ids of requests and threads; SubjectErased is shredded once it was announced',
  tombstones: 'digests of pseudonyms',
  policy_versions: 'policies, and ids of the tokens that took them',
  topic_changes: 'ids of topics and numbers of threads',
  topic_reviews: 'numbers of texts',
  released_days: 'what figures cost in privacy',
  released_topics: 'figures with noise, of many people each, and words that many used',
  alerts: 'what an Alertmanager sent',
  alert_explanations: 'counts of segments and names of what changed',
  alert_posts: 'what was told to webhooks: counts of segments',
  deploys: 'services and their versions',
  audit: 'acts of staff, and digests of pseudonyms',
  audit_heads: 'sizes and hashes',
  past_runs: 'commitments without salts',
  run_identities: 'verdicts and signed commitments',
  signers: 'ids of keys, and why signatures were not taken',
  log_trees: 'sizes and checkpoints',
  log_tiles: 'hashes',
  counter_ranges: 'numbers of gateways',
  counter_epochs: 'numbers of gateways',
  counter_unkept: 'numbers of gateways',
  gateway_keys: 'public keys of gateways',
  gateway_epochs: 'what gateways state of the number of their runs',
  refused_signatures: 'ids of keys',
  calibrations: 'thresholds and counts',
  embedding_moves: 'names of models and counts',
  vector_models: 'names of models',
  scopes: 'names of tenants and environments',
};

it('every table of the store is registered for erasure or holds nothing of people', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-erasure-'));
  try {
    const store = openSqlite({ folder, clock: { nowMs: () => 0 } });
    const access = { list: () => [], revoke: () => Promise.resolve(false) } as unknown as Parameters<typeof userTokens>[0];
    const keys = { open: () => Promise.reject(new Error('none')) };
    const registered = [...store.erasables, userTokens(access), waitingSamples(store.journal, keys)].flatMap(({ tables }) => tables);
    await store.close();
    const file = new DatabaseSync(path.join(folder, 'clew.db'), { readOnly: true });
    const rows = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    file.close();
    const known = [...registered, ...Object.keys(WITHOUT_PEOPLE)];
    const tables = rows.map(({ name }) => String(name)).filter((name) => !/^sqlite_|^requests_fts_/.test(name));
    expect(tables.toSorted()).toEqual(known.toSorted());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
