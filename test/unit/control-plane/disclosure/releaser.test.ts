import { describe, expect, it } from 'vitest';
import {
  createExactFigures,
  createReleaser,
  topicFigures,
  type DayThread,
  type ReleasedDay,
  type ReleaseStore,
} from '../../../../control-plane/src/disclosure/index.ts';
import { systemRandomness, type Scope } from '../../../../control-plane/src/kernel/index.ts';

const SCOPE: Scope = { tenant: 'acme', environment: 'live' };
const NOW = Date.parse('2026-03-29T12:00:00Z');

class MemoryReleases implements ReleaseStore {
  readonly kept = new Map<string, { day: ReleasedDay; epsilon: number }>();
  drawn = 0;
  threads: DayThread[] = Array.from({ length: 600 }, (_, at) => ({
    principal: `p${at}`,
    topicId: 'x',
    unhappy: at < 200,
    corrected: at < 100,
    turns: 4,
  }));

  threadsOf(): Promise<readonly DayThread[]> {
    this.drawn += 1;
    return Promise.resolve(this.threads);
  }
  days(_scope: Scope, days: readonly string[]): Promise<readonly ReleasedDay[]> {
    return Promise.resolve(days.flatMap((day) => this.kept.get(day)?.day ?? []));
  }
  async keep(
    scope: Scope,
    day: ReleasedDay,
    { epsilon, atMost, budget }: { epsilon: number; atMost: number; budget: number },
  ): Promise<boolean> {
    if (this.kept.has(day.day) || (await this.spent(scope.tenant, day.day.slice(0, 7))) + atMost > budget) return false;
    this.kept.set(day.day, { day, epsilon });
    return true;
  }
  spent(_tenant: string, month: string): Promise<number> {
    return Promise.resolve([...this.kept].reduce((sum, [day, { epsilon }]) => sum + (day.startsWith(month) ? epsilon : 0), 0));
  }
}

function world(policy: { minUsers?: number; epsilonPerDay?: number; epsilonPerMonth?: number } = {}, nowMs = NOW) {
  const store = new MemoryReleases();
  const clock = { nowMs: () => nowMs };
  const labelOf = () => Promise.resolve('train refund');
  return { store, release: createReleaser({ store, labelOf, policy: () => policy, clock, randomness: systemRandomness }) };
}

describe('createReleaser', () => {
  it('draws each closed day once, and shows the same figures ever after', async () => {
    const { store, release } = world();
    const first = await release(SCOPE);
    expect(first.days).toHaveLength(28);
    expect(first.days.at(-1)?.day).toBe('2026-03-28');
    expect(first.days[0]?.figures[0]).toMatchObject({ topicId: 'x', label: 'train refund' });
    expect(first.budget).toMatchObject({ month: '2026-03', spent: 28, of: 31, epsilonPerDay: 1 });
    store.threads = [];
    expect(await release(SCOPE)).toEqual(first);
    expect(store.drawn).toBe(28);
  });

  it('spends a tenth on days on which nothing could show, and says so, so that the budget lasts', async () => {
    const { store, release } = world();
    store.threads = store.threads.slice(0, 2);
    const { days, budget, threshold } = await release(SCOPE);
    expect(days.flatMap(({ figures }) => figures)).toEqual([]);
    expect([threshold, budget.epsilonPerQuietDay]).toEqual([35, 0.1]);
    const costs = [...store.kept.values()].map(({ epsilon }) => epsilon);
    expect(new Set([...costs, 0.1, 1])).toEqual(new Set([0.1, 1]));
    // One in nine days is taken for a busy one by chance: half of 28 has a probability below 10^-6.
    expect(costs.filter((cost) => cost === 1).length).toBeLessThan(15);
  });

  it('refuses by what a day may cost, so that a refusal tells nothing of it', async () => {
    const { store, release } = world({ epsilonPerDay: 1, epsilonPerMonth: 0.9 });
    store.threads = [];
    expect(await release(SCOPE)).toMatchObject({ days: [], budget: { spent: 0 } });
  });

  it('waits for the stragglers of the night', async () => {
    const { release } = world({}, Date.parse('2026-03-29T01:30:00Z'));
    expect((await release(SCOPE)).days.at(-1)?.day).toBe('2026-03-27');
  });

  it('refuses what the budget does not pay for, the oldest days first', async () => {
    const { release } = world({ epsilonPerDay: 0.5, epsilonPerMonth: 5 });
    const { days, refused, budget } = await release(SCOPE);
    expect(days.map(({ day }) => day).at(-1)).toBe('2026-03-28');
    expect(days).toHaveLength(10);
    expect(refused).toHaveLength(18);
    expect(budget).toMatchObject({ spent: 5, of: 5 });
  });

  it('releases nothing of what has no scope', async () => {
    const { store, release } = world();
    expect(await release(undefined)).toMatchObject({ days: [], refused: [], budget: { spent: 0 } });
    expect(store.drawn).toBe(0);
  });
});

describe('topicFigures', () => {
  const day = (at: number, figures: readonly [string, number, number][]): ReleasedDay => ({
    day: `2026-03-${String(at).padStart(2, '0')}`,
    figures: figures.map(([topicId, users, unhappy]) => ({
      topicId,
      label: topicId,
      users,
      unhappy,
      corrected: unhappy / 2,
      turns: (users - unhappy) * 3,
    })),
  });

  it('adds up days, and tells a rise and a gap from noise', () => {
    const days = Array.from({ length: 20 }, (_, at) =>
      day(at + 1, [
        ['steady', 100, 10],
        ['growing', at < 10 ? 50 : 90, 6],
        ['missing', 60, 40],
      ]),
    );
    const found = topicFigures(days, 1);
    expect(found.map(({ id, users }) => [id, users])).toEqual([
      ['steady', 2_000],
      ['growing', 1_400],
      ['missing', 1_200],
    ]);
    expect(found.map(({ trend }) => trend)).toEqual([null, 'rising', null]);
    expect(found.map(({ gap }) => gap)).toEqual([false, false, true]);
    expect(found[2]?.unhappyShare).toBeCloseTo(2 / 3, 9);
    expect(found[2]?.correctionRate).toBeCloseTo(1 / 3, 9);
    expect(found.map(({ turnsToResolution }) => turnsToResolution)).toEqual([3, 3, 3]);
  });

  it('takes a small difference for chance', () => {
    expect(topicFigures([day(1, [['x', 30, 3]]), day(2, [['x', 36, 5]])], 1)[0]).toMatchObject({ trend: null, gap: false });
    expect(topicFigures([], 1)).toEqual([]);
  });
});

describe('createExactFigures', () => {
  it('counts people of each topic, today included, and again only after a while', async () => {
    const clock = { now: NOW, nowMs: () => clock.now };
    let asked = 0;
    const own = (principal: string, topicId: string, unhappy: boolean, turns: number): DayThread => ({
      principal,
      topicId,
      unhappy,
      corrected: unhappy,
      turns,
    });
    const store = {
      threadsOf: (_: Scope, { toMs }: { toMs: number }) => {
        asked += 1;
        const isToday = toMs > clock.now;
        return Promise.resolve(
          isToday ? [own('a', 'x', false, 2), own('a', 'x', false, 4), own('b', 'x', true, 9), own('b', 'y', false, 50)] : [],
        );
      },
    };
    const figures = createExactFigures({ store, clock });
    const found = await figures(SCOPE);
    expect(found.get('x')).toMatchObject({ users: 2, unhappyShare: 0.5, correctionRate: 0.5, turnsToResolution: 3, trend: null });
    expect(found.get('y')).toMatchObject({ users: 1, turnsToResolution: 10 });
    expect(asked).toBe(28);
    await figures(SCOPE);
    expect(asked).toBe(28);
    clock.now += 61_000;
    await figures(SCOPE);
    expect(asked).toBe(29);
  });
});
