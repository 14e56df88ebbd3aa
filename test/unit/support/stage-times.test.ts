import { describe, expect, it } from 'vitest';
import { budgetTable, readStages, stageTimes } from '../../support/stage-times.ts';

describe('time by stage', () => {
  it('gives each group the time since the one before it', () => {
    const files = [
      { name: '/clone/test/integration/crash.test.ts', endTime: 9_000 },
      { name: '/clone/test/unit/x/a.test.ts', endTime: 2_000 },
      { name: '/clone/test/contract/c.test.ts', endTime: 4_000 },
      { name: '/clone/test/e2e/page.test.ts', endTime: 8_500 },
      { name: '/clone/test/measure/throughput.test.ts', endTime: 12_500 },
    ];
    expect(stageTimes(files, 1_000, 13_000)).toEqual([
      { name: 'tests, small', seconds: 3 },
      { name: 'tests, whole', seconds: 5 },
      { name: 'tests, alone', seconds: 3.5 },
      { name: 'closing', seconds: 0.5 },
    ]);
  });

  it('passes over a file without times of its own, and never counts beyond the run', () => {
    const files = [
      { name: 'test/unit/a.test.ts', endTime: 0 },
      { name: 'test/measure/store.test.ts', endTime: 99_000 },
    ];
    expect(stageTimes(files, 1_000, 3_000)).toEqual([
      { name: 'tests, alone', seconds: 2 },
      { name: 'closing', seconds: 0 },
    ]);
  });

  it('reads what went before the tests', () => {
    expect(readStages('install and build\t12.5\nstatic\t20\nbroken\n\nalso broken\tmany\n')).toEqual([
      { name: 'install and build', seconds: 12.5 },
      { name: 'static', seconds: 20 },
    ]);
  });

  it.each([
    [60, 'within 20'],
    [1_500, 'over the 20 with caches, within 45'],
    [3_000, 'over 45'],
  ])('judges %i seconds: %s', (seconds, verdict) => {
    const table = budgetTable([{ name: 'static', seconds }]);
    expect(table).toContain(`minutes: ${verdict} (`);
    expect(table).toMatch(/static {2}.*100%\n {2}total {3}.*100%/);
  });
});
