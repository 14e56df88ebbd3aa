// Merges and splits of topics as they happened, and where a topic that is no more went.
import { sql } from 'kysely';
import type { TopicChange, TopicEvent, TopicMove } from '../../topics/index.ts';
import { query, type Database } from './database.ts';

/** The newest merge of a topic counts: an id may have been there twice. */
const MERGED = `SELECT to_id FROM topic_changes WHERE scope = ?1 AND from_id = ?2 AND kind = 'merge' ORDER BY seq DESC LIMIT 1`;
/** Nobody follows an id further than this. */
const MOST_STEPS = 1_000;

export function noteChange(
  database: Database,
  scope: string,
  change: TopicChange & { readonly threads: number; readonly atMs: number },
): void {
  const { kind, from, to, threads, atMs } = change;
  database.run(query.insertInto('topic_changes').values({ scope, at_ms: Math.trunc(atMs), kind, from_id: from, to_id: to, threads }));
}

export const threadsMoved = (moves: readonly TopicMove[], { from, to }: TopicChange): number =>
  moves.filter((move) => move.from === from && move.to === to).length;

/** What a topic went into; undefined where it went nowhere. */
export function becameOf(database: Database, scope: string, topicId: string): string | undefined {
  let into: string | undefined;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const alive = database.get(
      query
        .selectFrom('threads')
        .select('topic_id')
        .where('scope', '=', scope)
        .where('topic_id', '=', into ?? topicId)
        .limit(1),
    );
    const row = alive ? undefined : database.prepare(MERGED).get(scope, into ?? topicId);
    if (row === undefined) break;
    into = String(row['to_id']);
  }
  return into;
}

/** @param before only those before this one  @param topic only those that it had a part in */
export function changesOf(
  database: Database,
  scope: string,
  { before, topic, limit }: { readonly before?: number | undefined; readonly topic?: string | undefined; readonly limit: number },
): readonly TopicEvent[] {
  let wanted = query.selectFrom('topic_changes').selectAll().where('scope', '=', scope);
  if (before !== undefined) wanted = wanted.where('seq', '<', before);
  if (topic !== undefined) wanted = wanted.where((e) => e.or([e('from_id', '=', topic), e('to_id', '=', topic)]));
  return database.all(wanted.orderBy('seq', 'desc').limit(limit)).map((row) => ({
    seq: row.seq,
    atMs: row.at_ms,
    kind: row.kind === 'merge' ? 'merge' : 'split',
    from: row.from_id,
    to: row.to_id,
    threads: row.threads,
  }));
}

/** The topic itself, and those that lie in it where it is a coarser one. */
export const topicsWithin = (scope: string, topic: string) =>
  sql<string>`(SELECT ${topic} UNION ALL SELECT id FROM topics WHERE scope = ${scope} AND parent = ${topic})`;
