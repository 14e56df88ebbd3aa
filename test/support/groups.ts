// Which tests run beside each other. The groups run one after the other; within the last each file has the machine for itself.
import path from 'node:path';

export interface Group {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  readonly workers: number;
}

/** What measures time, processor or memory, and what fills the cores on purpose: beside others it would measure them. */
const MEASURING = [
  'test/measure/{decision-cost,erasure,identity-log,page-speed,purge,store,throughput}.test.ts',
  'test/integration/{access,bench,control-plane-process,gateway-faults,gateway-latency,plugin-server,plugin-server-faults}.test.ts',
  'test/e2e/demo.test.ts',
];

export const GROUPS: readonly Group[] = [
  {
    name: 'small',
    include: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts', 'test/contract/**/*.test.ts'],
    workers: 2,
  },
  {
    name: 'whole',
    include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/measure/**/*.test.ts'],
    exclude: MEASURING,
    workers: 2,
  },
  { name: 'alone', include: MEASURING, workers: 1 },
];

/** Group of a test file, by its path; undefined for a file of none. */
export function groupOf(file: string): string | undefined {
  const inside = /(?:^|\/)(test\/.*)$/.exec(file.replaceAll('\\', '/'))?.[1] ?? file;
  const matches = (patterns: readonly string[] | undefined): boolean =>
    patterns?.some((pattern) => path.matchesGlob(inside, pattern)) ?? false;
  return GROUPS.find(({ include, exclude }) => matches(include) && !matches(exclude))?.name;
}
