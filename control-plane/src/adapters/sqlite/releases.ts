import type { DayThread, ReleasedDay, ReleaseStore } from '../../disclosure/index.ts';
import type { Clock, Scope } from '../../kernel/index.ts';
import { outcomeOf } from './aggregate.ts';
import { elements, query, type Database } from './database.ts';
import { readVoices } from './feedback-reader.ts';
import { keyOf } from './scope.ts';

export class SqliteReleases implements ReleaseStore {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async threadsOf(scope: Scope, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): Promise<readonly DayThread[]> {
    const key = keyOf(scope);
    const rows = this.database.all(
      query
        .selectFrom('threads')
        .leftJoin('topics', (join) => join.onRef('topics.scope', '=', 'threads.scope').onRef('topics.id', '=', 'threads.topic_id'))
        .selectAll('threads')
        .select('topics.parent as parent')
        .where('threads.scope', '=', key)
        // By the index; a thread is active at its start at the earliest.
        .where('last_at', '>=', fromMs / 1_000)
        .where('started_at', '>=', fromMs / 1_000)
        .where('started_at', '<', toMs / 1_000)
        .where('principal', 'is not', null)
        .where('topic_id', 'is not', null),
    );
    const voicesOf = readVoices(
      this.database,
      key,
      rows.map(({ id }) => id),
    );
    const nowMs = this.clock.nowMs();
    return Promise.resolve(
      rows.map((row) => {
        const outcome = outcomeOf(row, nowMs, voicesOf(row.id).said);
        return {
          principal: row.principal ?? '',
          topicId: row.topic_id ?? '',
          parentId: row.parent,
          unhappy: ['failed', 'abandoned', 'corrected'].includes(outcome),
          corrected: outcome === 'corrected' || row.complaints > 0,
          turns: row.turns,
        };
      }),
    );
  }

  async days(scope: Scope, days: readonly string[]): Promise<readonly ReleasedDay[]> {
    const key = keyOf(scope);
    const known = this.database.all(
      query.selectFrom('released_days').select('day').where('scope', '=', key).where('day', 'in', elements(days)),
    );
    const rows = this.database.all(
      query
        .selectFrom('released_topics')
        .selectAll()
        .where('scope', '=', key)
        .where('day', 'in', elements(days))
        .orderBy('users', 'desc')
        .orderBy('topic_id'),
    );
    const byDay = Map.groupBy(rows, ({ day }) => day);
    return Promise.resolve(
      known.map(({ day }) => ({
        day,
        figures: (byDay.get(day) ?? []).map(({ topic_id, label, users, unhappy, corrected, turns }) => ({
          topicId: topic_id,
          label,
          users,
          unhappy,
          corrected,
          turns,
        })),
      })),
    );
  }

  async keep(scope: Scope, { day, figures }: ReleasedDay, cost: Parameters<ReleaseStore['keep']>[2]): Promise<boolean> {
    const key = keyOf(scope);
    const kept = this.database.transaction(() => {
      const known = this.database.get(query.selectFrom('released_days').select('day').where('scope', '=', key).where('day', '=', day));
      // Sums of fractions are off by the last digit.
      if (known || this.spentOn(scope.tenant, day.slice(0, 7)) + cost.atMost > cost.budget + 1e-9) return false;
      this.database.run(query.insertInto('released_days').values({ scope: key, day, tenant: scope.tenant, epsilon: cost.epsilon }));
      for (const { topicId, ...rest } of figures) {
        this.database.run(query.insertInto('released_topics').values({ scope: key, day, topic_id: topicId, ...rest }));
      }
      return true;
    });
    return Promise.resolve(kept);
  }

  async spent(tenant: string, month: string): Promise<number> {
    return Promise.resolve(this.spentOn(tenant, month));
  }

  private spentOn(tenant: string, month: string): number {
    const rows = this.database.all(
      query
        .selectFrom('released_days')
        .select('epsilon')
        .where('tenant', '=', tenant)
        .where('day', '>=', `${month}-01`)
        .where('day', '<=', `${month}-31`),
    );
    // Tenths add up to a little more or less than they are: a sum above the budget would look like one.
    return Math.round(rows.reduce((sum, { epsilon }) => sum + epsilon, 0) * 1e6) / 1e6;
  }
}
