// Failures of every stage, with the real store.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '#redact';
import { openKeyFolder } from '../../../../control-plane/src/adapters/files/index.ts';
import { openSqlite, type SqliteStore } from '../../../../control-plane/src/adapters/sqlite/index.ts';
import {
  createAcceptor,
  createJournalKeys,
  createPipeline,
  createProcessor,
  MAX_ATTEMPTS,
  type JournalKeys,
  type Pipeline,
  type TurnSink,
  type Vectors,
} from '../../../../control-plane/src/ingest/index.ts';
import type { Identifier, UnkeptAccount } from '../../../../control-plane/src/identity/index.ts';
import { createMetrics } from '../../../../control-plane/src/http/index.ts';
import { ClewError, silentLogger, systemRandomness } from '../../../../control-plane/src/kernel/index.ts';
import { createNameRedactor } from '../../../../control-plane/src/privacy/index.ts';
import { sample } from '../../../support/control-plane.ts';
import { fakeEmbedder, fakeNameFinder, type FakeEmbedder } from '../../../support/fakes/models.ts';

const scope = { tenant: 'a', environment: 'b' };
const key = new Uint8Array(32).fill(1);

describe('the pipeline', () => {
  let folder: string;
  let store: SqliteStore;
  let keys: JournalKeys;
  let embedder: FakeEmbedder;
  let pipeline: Pipeline | undefined;
  /** Moves on at each look, so that pauses between tries pass at once. */
  let nowMs: number;
  const clock = { nowMs: () => (nowMs += 5_000) };
  const metrics = createMetrics();

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'clew-pipeline-'));
    nowMs = Date.now();
    store = openSqlite({ folder, clock });
    const keyStore = await openKeyFolder(path.join(folder, 'journal-keys'));
    keys = createJournalKeys({ store: keyStore, clock, randomness: systemRandomness });
    embedder = fakeEmbedder();
  });
  afterEach(async () => {
    await pipeline?.drain();
    pipeline = undefined;
    await store.close();
    rmSync(folder, { recursive: true });
  });

  function start(
    parts: { sink?: TurnSink; vectors?: Vectors; past?: boolean; identifier?: Identifier; unkept?: UnkeptAccount } = {},
  ): void {
    const redactor = createRedactor();
    const processor = createProcessor({
      redactor,
      names: createNameRedactor({ finder: fakeNameFinder() }),
      embedder,
      past: store.past,
    });
    pipeline = createPipeline({
      journal: store.journal,
      keys,
      sink: parts.sink ?? store.turns,
      vectors: parts.vectors,
      identifier: parts.identifier,
      unkept: parts.unkept,
      workshop: () => ({ processor, redactor, prices: [] }),
      key,
      meter: metrics,
      logger: silentLogger,
      clock,
      committed: () => undefined,
    });
    pipeline.start();
  }

  const accept = (samples: readonly unknown[]) =>
    createAcceptor({
      journal: store.journal,
      keys,
      policy: () => ({ version: 1 }),
      meter: metrics,
      clock: { nowMs: () => Date.now() },
      limits: { batchItems: 1000, journalRows: 1000 },
      arrived: () => pipeline?.notify(),
    }).accept(Buffer.from(JSON.stringify(samples)), 'application/json', scope);

  const stored = async (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await store.threads.request(scope, id)) !== undefined));

  it('buries what keeps failing after its last try, sealed, and stores the others', async () => {
    embedder.poison = 'arsenic';
    await accept([sample({ id: 'a' }), sample({ id: 'b', prompt: { text: 'arsenic' } }), sample({ id: 'c', prompt: { text: 'tea' } })]);
    start();
    await expect.poll(() => store.journal.depth(), { timeout: 10_000 }).toMatchObject({ waiting: 0, buried: 1 });
    expect(await stored(['a', 'b', 'c'])).toEqual([true, false, true]);
    expect(embedder.seen.filter((text) => text === 'arsenic').length).toBeGreaterThanOrEqual(MAX_ATTEMPTS);
    expect((await store.journal.keysInUse()).length).toBe(1);
  });

  const passing: Identifier = { identify: (_scope, one) => ({ sample: one, identity: undefined }), numberOf: () => undefined };
  const poisoned = () =>
    sample({ id: 'run', runId: 'e'.repeat(32), prompt: { text: 'arsenic' }, gateway: { kind: 'kong', epoch: 'e'.repeat(16), counter: 4 } });

  it('keeps the record of a run that it buries, without its texts', async () => {
    embedder.poison = 'arsenic';
    const notes: unknown[] = [];
    await accept([poisoned()]);
    start({ identifier: passing, unkept: { note: (...args) => Promise.resolve(void notes.push(args)) } });
    await expect.poll(() => store.journal.depth(), { timeout: 10_000 }).toMatchObject({ waiting: 0, buried: 1 });
    const kept = await store.runs.find(scope, 'e'.repeat(32));
    expect(kept?.requestId).toBe('run');
    expect(await store.runs.textsOf(scope, 'e'.repeat(32))).toEqual({ prompt: null, answer: null });
    expect(notes).toEqual([]);
  });

  it('keeps account of the number where not even the record can be kept', async () => {
    const notes: unknown[] = [];
    const failing: Identifier = {
      ...passing,
      identify: () => {
        throw new Error('A fault of ours');
      },
    };
    await accept([poisoned()]);
    start({ identifier: failing, unkept: { note: (where, [one], reason) => Promise.resolve(void notes.push([where, one?.id, reason])) } });
    await expect.poll(() => store.journal.depth(), { timeout: 10_000 }).toMatchObject({ waiting: 0, buried: 1 });
    expect(await store.runs.find(scope, 'e'.repeat(32))).toBeUndefined();
    expect(notes).toEqual([[scope, 'run', 'buried']]);
  });

  it('buries rows whose key is gone', async () => {
    await accept([sample({ id: 'a' })]);
    keys.retire();
    await keys.sweep(() => Promise.resolve([]));
    start();
    await expect.poll(() => store.journal.depth(), { timeout: 10_000 }).toMatchObject({ waiting: 0, buried: 1 });
  });

  it('decides again from the store after a commit that failed', async () => {
    let failures = 2;
    const sink: TurnSink = {
      commit: (...args) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : store.turns.commit(...args)),
    };
    const session = { id: 's-1', source: 'header:x-session-id' };
    await accept(['a', 'b', 'c'].map((id) => sample({ id, session })));
    start({ sink });
    await expect.poll(() => store.journal.depth(), { timeout: 10_000 }).toMatchObject({ waiting: 0, buried: 0 });
    const views = await Promise.all(['a', 'b', 'c'].map((id) => store.threads.request(scope, id)));
    expect(new Set(views.map((view) => view?.thread)).size).toBe(1);
    for (const view of views) {
      if (view?.predecessor != null) expect(await store.threads.request(scope, view.predecessor)).toBeDefined();
    }
  });

  it('puts vectors outside before it commits, and again after a failure', async () => {
    const upserted: string[] = [];
    let failures = 1;
    const vectors: Vectors = {
      ...store.vectors,
      upsert: (items) => {
        upserted.push(...items.map(({ id, kind }) => `${id}:${kind}`));
        return failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve();
      },
    };
    await accept([sample({ id: 'a', answer: { text: 'An answer' } })]);
    start({ vectors });
    await expect.poll(() => store.journal.depth(), { timeout: 10_000 }).toMatchObject({ waiting: 0, buried: 0 });
    expect(upserted).toEqual(['a:prompt', 'a:answer', 'a:prompt', 'a:answer']);
    expect(await stored(['a'])).toEqual([true]);
  });

  it('waits for a store that is away, and buries nothing meanwhile', async () => {
    let failures = MAX_ATTEMPTS + 2;
    const vectors: Vectors = {
      ...store.vectors,
      upsert: () => (failures-- > 0 ? Promise.reject(new ClewError('unavailable', 'away')) : Promise.resolve()),
    };
    await accept([sample({ id: 'a' })]);
    start({ vectors });
    await expect.poll(() => store.journal.depth(), { timeout: 20_000 }).toMatchObject({ waiting: 0, buried: 0 });
    expect(await stored(['a'])).toEqual([true]);
    expect(failures).toBeLessThan(0);
  });

  it('takes up again, without a restart, what it could not even put back', async () => {
    let [commits, retries] = [2, 1];
    const sink: TurnSink = {
      commit: (...args) => (commits-- > 0 ? Promise.reject(new ClewError('unavailable', 'full')) : store.turns.commit(...args)),
    };
    const retry = store.journal.retry.bind(store.journal);
    store.journal.retry = (...args) => (retries-- > 0 ? Promise.reject(new Error('full')) : retry(...args));
    await accept([sample({ id: 'a' }), sample({ id: 'b' })]);
    start({ sink });
    await expect.poll(() => store.journal.depth(), { timeout: 10_000 }).toMatchObject({ waiting: 0, buried: 0 });
    expect(retries).toBeLessThan(0);
    expect(await stored(['a', 'b'])).toEqual([true, true]);
  });

  it("keeps each user's order over many batches", async () => {
    const samples = Array.from({ length: 400 }, (_, index) =>
      sample({
        id: `r${index}`,
        startedAt: new Date(Date.now() - 3_600_000 + index * 1000).toISOString(),
        principal: { id: `p${index % 3}`, source: 'header:x-user', trust: 'asserted' },
        session: { id: `s${index % 3}`, source: 'header:x-session-id' },
      }),
    );
    start();
    await accept(samples);
    await expect.poll(() => store.journal.depth(), { timeout: 20_000 }).toMatchObject({ waiting: 0, buried: 0 });
    for (let index = 3; index < 400; index += 1) {
      expect((await store.threads.request(scope, `r${index}`))?.predecessor).toBe(`r${index - 3}`);
    }
  });
});
