import { describe, expect, it } from 'vitest';
import { silentLogger, type Scope } from '../../../../control-plane/src/kernel/index.ts';
import {
  BESIDE,
  NOTHING_PURGED,
  purge,
  type BesideClass,
  type Purgeable,
  type PurgeCounts,
} from '../../../../control-plane/src/retention/index.ts';

const scope: Scope = { tenant: 't', environment: 'e' };
const DAY = 86_400_000;
const now = 400 * DAY;

/** Rows by age in days; each class is removed on its own. */
function store(
  ages: number[],
): Purgeable & { left: Record<keyof PurgeCounts, number[]>; calls: number; settled: number; limits: number[] } {
  const left = Object.fromEntries(Object.keys(NOTHING_PURGED).map((name) => [name, [...ages]])) as Record<keyof PurgeCounts, number[]>;
  const remove = (kind: keyof PurgeCounts) => (_: Scope, beforeMs: number, limit: number) => {
    self.calls += 1;
    self.limits.push(limit);
    const due = left[kind].filter((age) => now - age * DAY < beforeMs).slice(0, limit);
    left[kind] = left[kind].filter((age) => !due.includes(age));
    return Promise.resolve(due.length);
  };
  const self = {
    left,
    calls: 0,
    settled: 0,
    limits: [] as number[],
    purgeBeside: (place: Scope, name: BesideClass, beforeMs: number, limit: number) => remove(name)(place, beforeMs, limit),
    room: () => Promise.resolve(),
    settle: () => {
      self.settled += 1;
      return Promise.resolve();
    },
    scopes: () => Promise.resolve([scope]),
    purgeTexts: remove('texts'),
    purgeVectors: remove('vectors'),
    purgeRequests: remove('requests'),
    purgeRuns: remove('runs'),
    purgeVault: remove('vault'),
    tell: (_: Scope, seen: PurgeCounts) => Promise.resolve(told[told.push(seen) - 1] ?? seen),
  };
  return self;
}

const clock = { nowMs: () => now };
const told: PurgeCounts[] = [];

describe('purge', () => {
  it('removes each class at its own age', async () => {
    const data = store([1, 5, 20, 40, 380]);
    const report = await purge({
      store: data,
      policy: () => ({ textDays: 10, embeddingDays: 30, metadataDays: 365, identityDays: 370 }),
      clock,
      logger: silentLogger,
    });
    // Originals are kept no longer than the text in which they stood.
    const beside = (short: unknown, long: unknown) =>
      Object.fromEntries(Object.entries(BESIDE).map(([name, field]) => [name, field === 'textDays' ? short : long]));
    expect(data.left).toEqual({
      ...{ texts: [1, 5], vectors: [1, 5, 20], requests: [1, 5, 20, 40], runs: [1, 5, 20, 40], vault: [1, 5] },
      ...beside([1, 5], [1, 5, 20, 40]),
    });
    expect(report).toEqual({ texts: 3, vectors: 2, requests: 1, runs: 1, vault: 3, ...beside(3, 1) });
    expect(told.at(-1)).toEqual(report);
    expect(data.settled).toBe(1);
  });

  it('goes on in batches until nothing is due', async () => {
    const data = store(Array.from({ length: 25 }, (_, index) => 100 + index));
    expect((await purge({ store: data, policy: () => ({ metadataDays: 30 }), clock, logger: silentLogger, batch: 10 })).requests).toBe(25);
    expect(data.left.requests).toEqual([]);
    expect(data.calls).toBeGreaterThanOrEqual(9);
  });

  it('uses the defaults where the policy says nothing', async () => {
    const data = store([29, 31, 366]);
    await purge({ store: data, policy: () => undefined, clock, logger: silentLogger });
    expect(data.left).toMatchObject({ texts: [29], vectors: [29], requests: [29, 31], runs: [29, 31, 366], vault: [29] });
    expect(data.left).toMatchObject({ comments: [29], reasons: [29], feedback: [29, 31], alerts: [29, 31], deploys: [29, 31] });
  });
});
