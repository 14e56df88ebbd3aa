// A life of a process that appends runs to a log and signs it, and that can be killed at a step: `node log-life.ts FOLDER FIRST COUNT
// [STEP]`. Prints "accepted N" for each run whose commit it was told of, and each checkpoint that it published, one a line.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { signingKey } from '#contract';
import { checkpointFolder } from '../../control-plane/src/adapters/files/index.ts';
import { Database } from '../../control-plane/src/adapters/sqlite/database.ts';
import { LeafAppender, SqliteLog } from '../../control-plane/src/adapters/sqlite/log.ts';
import { createCheckpointer, type CheckpointGuard, type LogStore } from '../../control-plane/src/identity/index.ts';
import { silentLogger, systemClock } from '../../control-plane/src/kernel/index.ts';

export const LIFE_SCOPE = { tenant: 'acme', environment: 'production' };
export const LIFE_KEY = signingKey(new Uint8Array(32).fill(12));
export const STEPS = ['in commit', 'after commit', 'before guard', 'after guard', 'before publish', 'after publish'] as const;
export const leafAt = (index: number): Buffer => createHash('sha256').update(`leaf ${index}`).digest();

const BATCH = 32;

/** Without a last word: neither exit handlers run nor are files closed. */
function dieAt(step: string, wanted: string | undefined): void {
  if (step === wanted) process.kill(process.pid, 'SIGKILL');
}

export async function live(folder: string, first: number, count: number, step: string | undefined): Promise<void> {
  const database = new Database(path.join(folder, 'clew.db'));
  const log = new SqliteLog(database, systemClock);
  const guard = checkpointFolder(path.join(folder, 'guard'));
  const dying: CheckpointGuard = {
    read: (scope) => guard.read(scope),
    async write(...args) {
      dieAt('before guard', step);
      await guard.write(...args);
      dieAt('after guard', step);
    },
  };
  const store: LogStore = {
    scopes: () => log.scopes(),
    state: (scope) => log.state(scope),
    reader: (scope) => log.reader(scope),
    tile: (...args) => log.tile(...args),
    find: (...args) => log.find(...args),
    async publish(...args) {
      dieAt('before publish', step);
      const isDone = await log.publish(...args);
      process.stdout.write(`checkpoint ${Buffer.from(args[2]).toString('base64')}\n`);
      dieAt('after publish', step);
      return isDone;
    },
  };
  const parts = { key: LIFE_KEY, originPrefix: 'clew/life', witnesses: [], logger: silentLogger };
  const calm = createCheckpointer({ ...parts, store: log, guard });
  const ending = createCheckpointer({ ...parts, store, guard: dying });
  for (let at = first; at < first + count; at += BATCH) {
    const size = Math.min(BATCH, first + count - at);
    const isLast = at + BATCH >= first + count;
    database.transaction(() => {
      const appender = new LeafAppender(database, 'acme/production');
      for (let index = at; index < at + size; index += 1) appender.add(leafAt(index));
      appender.write();
      if (isLast) dieAt('in commit', step);
    });
    process.stdout.write(`accepted ${at} ${size}\n`);
    if (isLast) dieAt('after commit', step);
    const signed = await (isLast ? ending : calm).advance(LIFE_SCOPE);
    if (!isLast && signed) process.stdout.write(`checkpoint ${Buffer.from(signed.note).toString('base64')}\n`);
  }
  database.close();
}

if (import.meta.main) {
  const [folder = '', first, count, step] = process.argv.slice(2);
  await live(folder, Number(first), Number(count), step);
}
