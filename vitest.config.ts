import { defineConfig } from 'vitest/config';

const shared = { environment: 'node', globals: false, restoreMocks: true, unstubEnvs: true } as const;

// Two groups: the first shares the cores; the second measures, kills and fills them, so it runs alone, file by file.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'parallel',
          include: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts', 'test/contract/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'alone',
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/measure/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
