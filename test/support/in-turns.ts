// What else a machine does slows it by a fifth for seconds or minutes, so that two programs that are timed one after the other
// cannot be compared to a few percent. Here they run in turns of a fraction of a second: whatever comes slows both alike.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  readonly pid: number;
  /** Begins its work and resolves when that is done. It is stopped and goes on meanwhile. */
  readonly work: () => Promise<unknown>;
}

const TURN_MS = 400;

/** Seconds that each program had the machine to itself until its work was done. All of them run again when this returns. */
export async function inTurns(programs: readonly Program[]): Promise<number[]> {
  const spentMs = programs.map(() => 0);
  const open = new Set(programs.keys());
  let [running, since] = [-1, 0];
  for (const { pid } of programs) process.kill(pid, 'SIGSTOP');
  try {
    const done = programs.map(async ({ work }, at) => {
      await work();
      // Heard of after its turn: then the turn is counted already.
      if (running === at) spentMs[at] = (spentMs[at] ?? 0) + performance.now() - since;
      open.delete(at);
    });
    while (open.size > 0) {
      for (const [at, { pid }] of programs.entries()) {
        if (!open.has(at)) continue;
        [running, since] = [at, performance.now()];
        process.kill(pid, 'SIGCONT');
        await Promise.race([sleep(TURN_MS), done[at]]);
        process.kill(pid, 'SIGSTOP');
        if (open.has(at)) spentMs[at] = (spentMs[at] ?? 0) + performance.now() - since;
        running = -1;
      }
    }
    await Promise.all(done);
  } finally {
    for (const { pid } of programs) process.kill(pid, 'SIGCONT');
  }
  return spentMs.map((ms) => ms / 1000);
}
