// A process that works on a store until it is killed. It tells on stdout, at once and unbuffered, what was acknowledged.
// usage: node store-child.ts MODE FOLDER PREFIX
import { statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqlite, type SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import type { JournalEntry, JournalRow, StoredTurn } from '../../control-plane/src/ingest/ports.ts';
import { systemClock } from '../../control-plane/src/kernel/index.ts';

const scope = { tenant: 'acme', environment: 'production' };
const [mode = '', folder = '', prefix = ''] = process.argv.slice(2);
const tell = (...words: readonly (string | number)[]): void => {
  writeSync(1, `${words.join(' ')}\n`);
};

let count = 0;
const entries = (size: number, bytes: number): JournalEntry[] =>
  Array.from({ length: size }, () => ({
    scope,
    id: `${prefix}-${count++}`,
    receivedAtMs: Date.now(),
    sealed: Buffer.alloc(bytes, 7),
    keyId: 'key-1',
  }));

function turnOf(row: JournalRow): StoredTurn {
  const at = Date.now() / 1_000;
  const text = `question ${row.id}`;
  return {
    scope,
    sample: { version: 1, id: row.id, startedAt: new Date(at * 1_000).toISOString(), prompt: { text } },
    turn: { id: row.id, at, inferable: true, text, vector: Float32Array.of(0.6, 0.8) },
    principal: 'p1',
    embeddingModel: 'test-model-1',
    costUsd: null,
    placement: {
      threadId: `t${row.seq % 7}`,
      isNew: false,
      sessionId: 's',
      confidence: 1,
      method: 'declared',
      position: 'continuation',
      intent: 'task_execution',
      reasons: [],
      alternatives: [],
    },
  };
}

const idsOf = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);

async function store(target: SqliteStore, rows: readonly JournalRow[]): Promise<void> {
  const turns = rows.map(turnOf);
  const events = turns.map((turn) => ({
    type: 'TurnStored' as const,
    scope,
    requestId: turn.turn.id,
    threadId: turn.placement.threadId,
  }));
  await target.turns.commit(
    turns,
    rows.map(({ seq }) => seq),
    events,
  );
}

async function accept(target: SqliteStore, start: number): Promise<never> {
  for (let round = start; ; round++) {
    const batch = entries(1 + (round % 20), 1_024);
    await target.journal.append(batch);
    tell('accepted', ...idsOf(batch));
  }
}

async function work(target: SqliteStore): Promise<never> {
  for (let round = 0; ; round++) {
    const rows = await target.journal.claim(1 + (round % 40), Date.now());
    if (rows.length === 0) await sleep(1);
    else if (round % 11 === 5)
      await target.journal.retry(
        rows.map(({ seq }) => seq),
        0,
      );
    else {
      await store(target, rows);
      tell('stored', ...idsOf(rows));
    }
    await sleep(0);
  }
}

const MODES: Readonly<Record<string, (target: SqliteStore) => Promise<unknown>>> = {
  /** Accepts and processes at full speed. */
  load: (target) => Promise.all([accept(target, 0), accept(target, 7), accept(target, 13), work(target)]),
  /** One thing after the other, each with the size of the WAL that holds it. */
  steps: async (target) => {
    const walBytes = (): number => statSync(path.join(folder, 'clew.db-wal')).size;
    tell('opened', walBytes());
    for (let round = 0; round < 12; round++) {
      const batch = entries(3, 100);
      await target.journal.append(batch);
      tell('accepted', walBytes(), ...idsOf(batch));
      if (round % 2 === 0) continue;
      const rows = await target.journal.claim(4, Date.now());
      await store(target, rows);
      tell('stored', walBytes(), ...idsOf(rows));
    }
    tell('done');
    await sleep(600_000);
  },
  /** Marks the moments before and after each acknowledgement, for a tracer. */
  marks: async (target) => {
    for (let round = 0; round < 10; round++) {
      tell('begin', round);
      await target.journal.append(entries(5, 1_024));
      tell('acknowledged', round);
    }
    await target.close();
  },
  hold: async () => {
    tell('opened');
    await sleep(600_000);
  },
};

await MODES[mode]?.(openSqlite({ folder, clock: systemClock }));
