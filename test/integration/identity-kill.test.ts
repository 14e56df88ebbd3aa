// A process of its own that is killed by the kernel at each step of sequencing, and two that sign one log at once.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkpointFolder } from '../../control-plane/src/adapters/files/index.ts';
import { Database } from '../../control-plane/src/adapters/sqlite/database.ts';
import { LeafAppender, SqliteLog } from '../../control-plane/src/adapters/sqlite/log.ts';
import { createCheckpointer } from '../../control-plane/src/identity/index.ts';
import { parseCheckpoint } from '../../control-plane/src/identity/log/checkpoint.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../../control-plane/src/identity/log/merkle.ts';
import { parseNote } from '../../control-plane/src/identity/log/note.ts';
import { consistencyProof, inclusionProof } from '../../control-plane/src/identity/log/prove.ts';
import { silentLogger, systemClock } from '../../control-plane/src/kernel/index.ts';
import { leafAt, LIFE_KEY, LIFE_SCOPE, STEPS } from '../support/log-life.ts';

const script = path.resolve(import.meta.dirname, '../support/log-life.ts');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-kill-'));
  folders.push(folder);
  return folder;
}

interface Life {
  readonly signal: string | null;
  readonly accepted: number;
  readonly checkpoints: readonly string[];
}

function live(folder: string, first: number, count: number, step = ''): Life {
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, [script, folder, String(first), String(count), step], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (signal === null) expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return {
    signal,
    accepted: lines.flatMap((line) => /^accepted \d+ (\d+)$/.exec(line)?.[1] ?? []).reduce((sum, size) => sum + Number(size), 0),
    checkpoints: lines.flatMap((line) => (line.startsWith('checkpoint ') ? [Buffer.from(line.slice(11), 'base64').toString('utf8')] : [])),
  };
}

const read = (note: string) => parseCheckpoint(parseNote(note)?.text ?? '') ?? expect.fail('no checkpoint');

describe('a process that is killed', () => {
  it.each(STEPS)('%s: forks nothing and loses no leaf that it accepted', async (step) => {
    const folder = newFolder();
    const dead = live(folder, 0, 100, step);
    expect(dead.signal).toBe('SIGKILL');
    // What it was told of is there; of the batch in hand either all is or nothing.
    const database = new Database(path.join(folder, 'clew.db'));
    const { size } = await new SqliteLog(database, systemClock).state(LIFE_SCOPE);
    database.close();
    expect([dead.accepted, 100]).toContain(size);
    expect(size).toBeGreaterThanOrEqual(dead.accepted);
    const next = live(folder, size, 60);
    const seen = [...dead.checkpoints, ...next.checkpoints];
    const again = new Database(path.join(folder, 'clew.db'));
    const reader = new SqliteLog(again, systemClock).reader(LIFE_SCOPE);
    const last = read(seen.at(-1) ?? expect.fail('nothing was published'));
    expect(last.size).toBe(size + 60);
    for (const note of seen) {
      const earlier = read(note);
      const path = await consistencyProof(reader, earlier.size, last.size);
      expect(verifyConsistency(earlier.size, last.size, earlier.root, last.root, path)).toBe(true);
    }
    for (let index = 0; index < last.size; index += 1) {
      const path = await inclusionProof(reader, index, last.size);
      expect(verifyInclusion(leafHash(leafAt(index)), index, last.size, last.root, path)).toBe(true);
    }
    again.close();
  });
});

describe('two replicas over one store and one guard', () => {
  it('give each leaf a place of its own and sign one history', async () => {
    const folder = newFolder();
    const replicas = [0, 1].map(() => {
      const database = new Database(path.join(folder, 'clew.db'));
      const store = new SqliteLog(database, systemClock);
      const guard = checkpointFolder(path.join(folder, 'guard'));
      const parts = { key: LIFE_KEY, originPrefix: 'clew/life', witnesses: [], logger: silentLogger };
      return { database, store, checkpointer: createCheckpointer({ ...parts, store, guard }) };
    });
    const notes: string[] = [];
    const places: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const { database } = replicas[round % 2] ?? expect.fail('no replica');
      database.transaction(() => {
        const appender = new LeafAppender(database, 'acme/production');
        for (let index = 0; index < 20; index += 1) places.push(appender.add(leafAt(round * 20 + index)));
        appender.write();
      });
      const signed = await Promise.allSettled(replicas.map(({ checkpointer }) => checkpointer.advance(LIFE_SCOPE)));
      for (const one of signed) if (one.status === 'fulfilled' && one.value) notes.push(one.value.note);
    }
    expect(places).toEqual(Array.from({ length: 400 }, (_, index) => index));
    const [{ store } = expect.fail('no replica')] = replicas;
    const last = read((await store.state(LIFE_SCOPE)).checkpoint ?? expect.fail('nothing was published'));
    expect(last.size).toBe(400);
    expect(notes.length).toBeGreaterThanOrEqual(20);
    for (const note of notes) {
      const earlier = read(note);
      const path = await consistencyProof(store.reader(LIFE_SCOPE), earlier.size, last.size);
      expect(verifyConsistency(earlier.size, last.size, earlier.root, last.root, path)).toBe(true);
    }
    for (const { database } of replicas) database.close();
  });
});
