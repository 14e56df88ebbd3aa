import { sql } from 'kysely';
import type { Filters } from '../../search/index.ts';
import { query } from './database.ts';
import { topicsWithin } from './topic-history.ts';

/** Ids of the newest requests that meet every filter. What no index covers is tested while walking back in time. */
export function requestsThatMeet(scope: string, filters: Filters, limit: number) {
  const { user, model, topic, thread, position, intent, method, outcome, afterMs, beforeMs } = filters;
  let wanted = query.selectFrom('requests').select('id').where('scope', '=', scope);
  if (user !== undefined) wanted = wanted.where('principal', '=', user);
  if (thread !== undefined) wanted = wanted.where('thread_id', '=', thread);
  if (position !== undefined) wanted = wanted.where('position', '=', position);
  if (intent !== undefined) wanted = wanted.where('intent', '=', intent);
  if (method !== undefined) wanted = wanted.where('method', '=', method);
  if (outcome !== undefined) wanted = wanted.where('outcome', '=', outcome);
  if (afterMs !== undefined) wanted = wanted.where('at', '>=', afterMs / 1_000);
  if (beforeMs !== undefined) wanted = wanted.where('at', '<', beforeMs / 1_000);
  if (topic !== undefined) {
    const threads = query.selectFrom('threads').select('id').where('scope', '=', scope).where('topic_id', 'in', topicsWithin(scope, topic));
    wanted = wanted.where('thread_id', 'in', threads);
  }
  // Last, since it reads the sample: the model that was asked for counts as well as the one that answered.
  if (model !== undefined) {
    wanted = wanted.where((e) => e.or([e('model', '=', model), e(sql`json_extract(sample, '$.model.requested')`, '=', model)]));
  }
  return wanted.orderBy('at', 'desc').orderBy('seq', 'desc').limit(limit);
}
