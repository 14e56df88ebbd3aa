// How fast runs get into the log, durably, and how long a proof among a million leaves takes.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Database } from '../../control-plane/src/adapters/sqlite/database.ts';
import { LeafAppender, SqliteLog } from '../../control-plane/src/adapters/sqlite/log.ts';
import { leafHash, verifyInclusion } from '../../control-plane/src/identity/log/merkle.ts';
import { inclusionProof, rootOf } from '../../control-plane/src/identity/log/prove.ts';

const SCOPE = { tenant: 'acme', environment: 'production' };
const KEY = 'acme/production';
const LEAVES = 1_000_000;
/** Runs of one commit of the pipeline. */
const BATCH = 64;
const folder = mkdtempSync(path.join(tmpdir(), 'clew-log-speed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const leafOf = (index: number): Buffer => createHash('sha256').update(`leaf ${index}`).digest();

describe('the log', () => {
  const database = new Database(path.join(folder, 'clew.db'));
  const log = new SqliteLog(database);
  afterAll(() => database.close());
  let size = 0;
  const append = (count: number): void =>
    database.transaction(() => {
      const appender = new LeafAppender(database, KEY);
      for (let index = 0; index < count; index += 1) appender.add(leafOf(size + index));
      appender.write();
      size += count;
    });

  it('takes at least 2,000 leaves a second, each batch on the disk before it is told of', () => {
    const started = performance.now();
    for (let batch = 0; batch < 200; batch += 1) append(BATCH);
    const perSecond = (200 * BATCH) / ((performance.now() - started) / 1_000);
    process.stderr.write(`log: ${Math.round(perSecond)} leaves/s in durable batches of ${BATCH}\n`);
    expect(perSecond).toBeGreaterThan(2_000);
  });

  it('proves a leaf among a million in less than 5 ms, and has their root in less than a second', async () => {
    while (size < LEAVES) append(Math.min(50_000, LEAVES - size));
    const started = performance.now();
    const root = await rootOf(log.reader(SCOPE), size);
    const rootMs = performance.now() - started;
    const times: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      const index = (round * 7_919 * 613) % size;
      const before = performance.now();
      const proof = await inclusionProof(log.reader(SCOPE), index, size);
      times.push(performance.now() - before);
      expect(verifyInclusion(leafHash(leafOf(index)), index, size, root, proof)).toBe(true);
    }
    const sorted = times.toSorted((a, b) => a - b);
    const [median = 0, p95 = 0] = [sorted[100], sorted[190]];
    process.stderr.write(`log of ${size}: proof p50 ${median.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms; root ${rootMs.toFixed(2)} ms\n`);
    expect(median).toBeLessThan(5);
    expect(rootMs).toBeLessThan(1_000);
  }, 300_000);
});
