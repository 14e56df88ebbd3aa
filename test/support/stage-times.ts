// Where the minutes of a whole check go, by stage.
import { groupOf } from './groups.ts';

export interface Stage {
  readonly name: string;
  readonly seconds: number;
}

export interface FileTimes {
  /** Path of a test file. */
  readonly name: string;
  /** Of its last test, epoch milliseconds. */
  readonly endTime: number;
}

/**
 * Wall time by group of tests. The groups run one after the other, so each has the time from the end of the one before it:
 * loading and hooks are in it, which the runner's own times leave out.
 */
export function stageTimes(files: readonly FileTimes[], startMs: number, endMs: number): Stage[] {
  const spent = new Map<string, number>();
  let before = startMs;
  // A file that could not be loaded has no end of its own within the run.
  for (const { name, endTime } of files.filter((file) => file.endTime > startMs).toSorted((a, b) => a.endTime - b.endTime)) {
    const stage = `tests, ${groupOf(name) ?? 'of no group'}`;
    const end = Math.min(endTime, endMs);
    spent.set(stage, (spent.get(stage) ?? 0) + Math.max(0, end - before));
    before = Math.max(before, end);
  }
  const stages = [...spent].map(([name, ms]) => ({ name, seconds: ms / 1000 }));
  return [...stages, { name: 'closing', seconds: Math.max(0, endMs - before) / 1000 }];
}

/** Lines "name<TAB>seconds", as .ci/run writes them of what went before the tests; others are passed over. */
export function readStages(text: string): Stage[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', seconds = ''] = line.split('\t');
    return name !== '' && seconds.trim() !== '' && Number.isFinite(Number(seconds)) ? [{ name, seconds: Number(seconds) }] : [];
  });
}

/** Minutes that a whole check may take: on a machine that has the packages and models' caches, and on a fresh one. */
const BUDGET_MINUTES = { cached: 20, fresh: 45 } as const;

export function budgetTable(stages: readonly Stage[]): string {
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  const width = Math.max(5, ...stages.map(({ name }) => name.length));
  const line = (name: string, seconds: number): string =>
    `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s  ${total > 0 ? ((100 * seconds) / total).toFixed(0).padStart(3) : '  0'}%`;
  const { cached, fresh } = BUDGET_MINUTES;
  const verdict =
    total <= 60 * cached ? `within ${cached}` : total <= 60 * fresh ? `over the ${cached} with caches, within ${fresh}` : `over ${fresh}`;
  return [
    'Time by stage',
    ...stages.map(({ name, seconds }) => line(name, seconds)),
    line('total', total),
    `  ${(total / 60).toFixed(1)} minutes: ${verdict} (budget: ${cached} minutes with caches, ${fresh} on a fresh machine)`,
  ].join('\n');
}
