// Repairs while requests come in, and kill -9 between: nothing half done, nothing mixed, and the linker follows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bearer, startPlane } from '../support/control-plane.ts';
import { chance, expectSound, PEOPLE, read, readRows, SESSIONS, World, type Send } from './repair-world.ts';

const KILLS = 6;
const SEEDS = [11, 12, 13];
const RATES = { CLEW_RATE_LIMIT_TOKEN: '100000', CLEW_RATE_LIMIT_ADDRESS: '100000' };

describe('repairs while requests come in', () => {
  it.each(SEEDS)(
    'leave a sound store, and the next request of each session in a thread of its session (%d)',
    { timeout: 60_000 },
    async (seed) => {
      const plane = await startPlane({ env: RATES });
      try {
        const send: Send = async (at, body) => {
          const { status, body: answered } = await request(plane.app)
            .post(at)
            .set(bearer())
            .send(body as object);
          return { status, body: answered as unknown };
        };
        const world = new World(`w${seed}`, seed, send);
        const random = chance(seed);
        for (let round = 0; round < 40; round++) {
          const rows = readRows(plane.folder);
          const many = Array.from({ length: 1 + random(3) }, () => (random(2) === 0 ? world.ingest() : world.repair(rows)));
          await Promise.all([world.ingest(), ...many]);
        }
        await plane.settled(30_000);
        expectSound(plane.folder);
        expect(world.repaired.length).toBeGreaterThan(5);
        expect(new Set(readRows(plane.folder).map(({ id }) => id))).toEqual(new Set(world.accepted));

        const before = Map.groupBy(readRows(plane.folder), ({ session }) => session);
        const next = PEOPLE.flatMap((person) => SESSIONS.map((session) => world.request(person, session)));
        await send('/v1/samples', next);
        await plane.settled(30_000);
        const ids = new Set(next.map(({ id }) => id));
        const placed = readRows(plane.folder).filter(({ id }) => ids.has(id));
        expect(placed).toHaveLength(next.length);
        for (const { session, thread } of placed) {
          const own = new Set(before.get(session)?.map((row) => row.thread));
          // A session that people have parted holds several matters: there meaning chooses among them, or begins another.
          if (own.size === 1) expect([session, thread]).toEqual([session, [...own][0]]);
          else
            expect(
              readRows(plane.folder)
                .filter((row) => row.thread === thread && !ids.has(row.id))
                .every((row) => own.has(row.thread)),
            ).toBe(true);
        }
        expectSound(plane.folder);
      } finally {
        await plane.close();
      }
    },
  );
});

describe('kill -9 while threads are repaired', () => {
  it(`leaves each repair whole or undone, ${KILLS} times`, { timeout: 180_000 }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'clew-repair-'));
    const repaired: string[] = [];
    const undone = new Set<string>();
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const child = spawn(
          process.execPath,
          ['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'repair-child.ts'), folder],
          {
            stdio: ['ignore', 'pipe', 'inherit'],
          },
        );
        const [line] = (await once(child.stdout, 'data')) as [Buffer];
        const url = `http://127.0.0.1:${/\d+/.exec(line.toString())?.[0] ?? ''}`;
        const send: Send = async (at, body) => {
          try {
            const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
            const answer = await fetch(url + at, { method: 'POST', headers, body: JSON.stringify(body) });
            return { status: answer.status, body: await answer.json() };
          } catch {
            return null;
          }
        };
        const world = new World(`k${kill}`, kill + 1, send, kill * 8);
        world.repaired.push(...repaired.filter((id) => !undone.has(id)));
        const known = world.repaired.length;
        let isOver = false;
        const ended = once(child, 'close').then(() => (isOver = true));
        const work = async (): Promise<void> => {
          while (!isOver) await Promise.all([world.ingest(), world.repair(readRows(folder)), world.repair(readRows(folder))]);
        };
        const busy = work();
        await sleep(1_000 + 100 * kill);
        child.kill('SIGKILL');
        await Promise.all([ended, busy]);
        repaired.push(...world.repaired.slice(known));
        for (const id of world.undone) undone.add(id);

        const plane = await startPlane({ folder, env: RATES });
        await plane.settled(30_000);
        expectSound(folder);
        await plane.close({ keepFolder: true });
        const kept = new Map(read(folder, 'SELECT id, undone_at_ms AS undone FROM repairs').map(({ id, undone: at }) => [id, at]));
        for (const id of repaired) expect(kept.has(id)).toBe(true);
        for (const id of undone) expect(kept.get(id)).not.toBeNull();
      }
      expect(repaired.length).toBeGreaterThan(KILLS);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
