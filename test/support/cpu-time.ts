import { readFileSync } from 'node:fs';

/** Ticks of /proc: a hundred a second on Linux. */
const TICKS = 100;

/** Processor seconds that a process has used, all its threads together; NaN where there is no such process or no /proc. */
export function cpuSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return Number.NaN;
  }
}

/** CPU milliseconds of this thread since the call that made it: what else runs on the machine does not count. */
export function cpuTimer(): () => number {
  const start = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(start);
    return (user + system) / 1_000;
  };
}
