// Loss of power leaves any prefix of the write-ahead log. Whatever the prefix: the store opens, and holds exactly what had
// been acknowledged when the log was that long.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite, type SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import { systemClock } from '../../control-plane/src/kernel/index.ts';
import { startStoreProcess } from './store-process.ts';

const WAL_HEADER = 32;
const FRAME_HEADER = 24;
const scope = { tenant: 'acme', environment: 'production' };

interface Step {
  readonly walBytes: number;
  readonly waiting: readonly string[];
  readonly stored: readonly string[];
}

let source: string;
let steps: Step[];
let frameBytes: number;
let walBytes: number;

/** What must be there after each acknowledgement. */
function replay(lines: readonly string[]): Step[] {
  const waiting = new Set<string>();
  const stored = new Set<string>();
  return lines.flatMap((line) => {
    const [what, bytes, ...ids] = line.split(' ');
    if (what !== 'accepted' && what !== 'stored') return [];
    for (const id of ids) {
      if (what === 'accepted') waiting.add(id);
      else if (waiting.delete(id)) stored.add(id);
    }
    return [{ walBytes: Number(bytes), waiting: [...waiting], stored: [...stored].sort() }];
  });
}

beforeAll(async () => {
  source = mkdtempSync(path.join(tmpdir(), 'clew-wal-'));
  const running = startStoreProcess('steps', source);
  await running.told('done');
  running.child.kill('SIGKILL');
  await running.ended;
  steps = replay(running.lines);
  frameBytes = FRAME_HEADER + readFileSync(path.join(source, 'clew.db-wal')).readUInt32BE(8);
  walBytes = statSync(path.join(source, 'clew.db-wal')).size;
});
afterAll(() => rmSync(source, { recursive: true, force: true }));

/** In the order in which it is worked off; in several claims, where rows were in hand at the end. */
async function everythingWaiting({ journal, turns }: SqliteStore): Promise<string[]> {
  const ids: string[] = [];
  for (let rows = await journal.claim(1_000, Date.now()); rows.length > 0; rows = await journal.claim(1_000, Date.now())) {
    ids.push(...rows.map(({ id }) => id));
    await turns.commit(
      [],
      rows.map(({ seq }) => seq),
      [],
    );
  }
  return ids;
}

async function reopenCutAt(bytes: number): Promise<{ faults: readonly string[]; waiting: string[]; stored: string[] }> {
  const folder = path.join(source, `cut-${bytes}`);
  mkdirSync(folder);
  copyFileSync(path.join(source, 'clew.db'), path.join(folder, 'clew.db'));
  copyFileSync(path.join(source, 'clew.db-wal'), path.join(folder, 'clew.db-wal'));
  truncateSync(path.join(folder, 'clew.db-wal'), bytes);
  const store = openSqlite({ folder, clock: systemClock });
  try {
    const faults = store.check();
    const waiting = await everythingWaiting(store);
    const { items } = await store.threads.list(scope, {}, { limit: 100 });
    const threads = await Promise.all(items.map(({ id }) => store.threads.thread(scope, id)));
    const stored = threads.flatMap((thread) => thread?.requests ?? []).map(({ id }) => id);
    return { faults, waiting, stored: stored.sort() };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

function wantedAt(bytes: number): Pick<Step, 'waiting' | 'stored'> {
  return steps.findLast((step) => step.walBytes <= bytes) ?? { waiting: [], stored: [] };
}

describe('a write-ahead log that ends early', () => {
  it('was made of many commits', () => {
    expect(steps.length).toBe(18);
    expect((walBytes - WAL_HEADER) / frameBytes).toBeGreaterThan(100);
    expect(steps.at(-1)?.walBytes).toBe(walBytes);
  });

  it('opens at each frame, with what was acknowledged until there', async () => {
    const frames = Math.floor((walBytes - WAL_HEADER) / frameBytes);
    for (let frame = 0; frame <= frames; frame++) {
      const cut = WAL_HEADER + frame * frameBytes;
      expect(await reopenCutAt(cut), `cut after frame ${frame}`).toEqual({ faults: [], ...pick(wantedAt(cut)) });
    }
  });

  it('opens when a frame or the header itself is torn', async () => {
    const cuts = [
      0,
      1,
      WAL_HEADER - 1,
      ...steps.flatMap((step) => [step.walBytes - 1, step.walBytes - frameBytes + 12, step.walBytes - 100]),
    ];
    for (const cut of cuts) expect(await reopenCutAt(cut), `cut at byte ${cut}`).toEqual({ faults: [], ...pick(wantedAt(cut)) });
  });
});

const pick = ({ waiting, stored }: Pick<Step, 'waiting' | 'stored'>): Pick<Step, 'waiting' | 'stored'> => ({ waiting, stored });
