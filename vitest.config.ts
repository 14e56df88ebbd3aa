import { configDefaults, defineConfig } from 'vitest/config';
import { GROUPS } from './test/support/groups.ts';

const shared = { environment: 'node', globals: false, restoreMocks: true, unstubEnvs: true } as const;

export default defineConfig({
  test: {
    projects: GROUPS.map(({ name, include, exclude = [], workers }, groupOrder) => ({
      test: {
        ...shared,
        name,
        include: [...include],
        exclude: [...configDefaults.exclude, ...exclude],
        globalSetup: name === 'small' ? [] : ['test/support/built.ts'],
        testTimeout: name === 'small' ? 30_000 : 180_000,
        hookTimeout: 600_000,
        maxWorkers: workers,
        fileParallelism: workers > 1,
        sequence: { groupOrder },
      },
    })),
  },
});
