// What the store suites put into a store: small, valid, and each value chosen by the test that needs it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sample } from '#contract';
import { openSqlite, type SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import type { JournalEntry, StoredTurn, VectorItem } from '../../control-plane/src/ingest/ports.ts';
import type { Scope } from '../../control-plane/src/kernel/index.ts';
import type { Placement, TurnInput } from '../../control-plane/src/threads/index.ts';

export const HERE: Scope = { tenant: 'acme', environment: 'production' };
export const OTHER_TENANT: Scope = { tenant: 'globex', environment: 'production' };
export const OTHER_ENVIRONMENT: Scope = { tenant: 'acme', environment: 'test' };
export const SCOPES: readonly Scope[] = [HERE, OTHER_TENANT, OTHER_ENVIRONMENT];
export const MODEL = 'test-model-1';

/** A clock that tests move. */
class TestClock {
  ms = Date.parse('2026-03-01T12:00:00Z');
  nowMs(): number {
    return this.ms;
  }
}

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface OpenStore {
  store: SqliteStore;
  readonly clock: TestClock;
  readonly folder: string;
  /** Closes and opens the same folder again. */
  reopen(): Promise<SqliteStore>;
}

export function openStore(options: { readonly vectorCacheBytes?: number } = {}): OpenStore {
  const folder = temporaryFolder();
  const clock = new TestClock();
  const opened: OpenStore = {
    store: openSqlite({ folder, clock, ...options }),
    clock,
    folder,
    reopen: async () => {
      await opened.store.close();
      opened.store = openSqlite({ folder, clock, ...options });
      return opened.store;
    },
  };
  onTestFinished(() => opened.store.close());
  return opened;
}

export function entry(id: string, scope: Scope = HERE, keyId = 'key-1'): JournalEntry {
  return { scope, id, receivedAtMs: 1_000, sealed: Buffer.from(`sealed ${id}`), keyId };
}

/** A unit vector that depends on nothing but its seed. */
export function unitVector(seed: number, dimensions = 16): Float32Array {
  const raw = Float32Array.from({ length: dimensions }, (_, index) => Math.sin((seed + 1) * (index + 1) * 12.9898 + seed));
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}

export interface TurnOptions {
  readonly scope?: Scope;
  readonly principal?: string | null;
  readonly at?: number;
  readonly prompt?: string | undefined;
  readonly answer?: string | undefined;
  readonly sample?: Partial<Sample>;
  readonly turn?: Partial<TurnInput>;
  readonly placement?: Partial<Placement>;
  readonly embeddingModel?: string | null;
  readonly costUsd?: number | null;
  readonly topic?: { readonly id: string; readonly label: string };
}

/** A stored turn; without options: a first question and its answer, with vectors. */
export function storedTurn(id: string, threadId: string, options: TurnOptions = {}): StoredTurn {
  const { at = 1_772_366_400, principal = 'p1', prompt = `question ${id}`, answer = `answer ${id}` } = options;
  const sample: Sample = {
    version: 1,
    id,
    startedAt: new Date(at * 1_000).toISOString(),
    endedAt: new Date(at * 1_000 + 500).toISOString(),
    status: { outcome: 'ok', http: 200 },
    ...(prompt === '' ? {} : { prompt: { text: prompt } }),
    ...(answer === '' ? {} : { answer: { text: answer } }),
    ...options.sample,
  };
  return {
    scope: options.scope ?? HERE,
    sample,
    principal,
    embeddingModel: options.embeddingModel === undefined ? MODEL : options.embeddingModel,
    costUsd: options.costUsd ?? null,
    turn: { id, at, endedAt: at + 0.5, inferable: true, text: prompt, answer, vector: unitVector(hash(id)), ...options.turn },
    placement: {
      threadId,
      isNew: true,
      sessionId: `session-${threadId}`,
      confidence: 0.9,
      method: 'new',
      position: 'first',
      intent: 'information_seeking',
      reasons: [{ code: 'no_candidate', text: 'Nothing of this user is recent.' }],
      alternatives: [],
      ...options.placement,
    },
    ...(options.topic === undefined ? {} : { topic: options.topic }),
  };
}

const hash = (text: string): number => Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 9973, 7);

export function vectorItem(id: string, seed: number, options: Partial<VectorItem> = {}): VectorItem {
  return {
    scope: HERE,
    id,
    principal: 'p1',
    threadId: `thread-${id}`,
    kind: 'prompt',
    atMs: 1_000,
    model: MODEL,
    vector: unitVector(seed),
    ...options,
  };
}
