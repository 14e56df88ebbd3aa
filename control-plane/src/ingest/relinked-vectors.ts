// Vectors outside the store name the thread of their request; when that moves, they follow.
import { scopeKey, type EventHandler, type Scope } from '../kernel/index.ts';
import type { ThreadReader } from '../threads/index.ts';
import type { VectorMove, Vectors } from './ports.ts';

/**
 * The truth is where the store has the request now, not what an event said: events that come twice, late or after a
 * further move all end alike. Requests that are gone are passed over, as their vectors go too.
 */
export function createRelinkedVectors(vectors: Pick<Vectors, 'reassign'>, reader: Pick<ThreadReader, 'request'>): EventHandler {
  return {
    name: 'outside_vectors',
    async handle(events) {
      const moved = new Map<string, { readonly scope: Scope; readonly ids: Set<string> }>();
      for (const event of events) {
        if (event.type !== 'ThreadRelinked') continue;
        const key = scopeKey(event.scope);
        const one = moved.get(key) ?? { scope: event.scope, ids: new Set<string>() };
        moved.set(key, one);
        for (const id of event.requestIds) one.ids.add(id);
      }
      for (const { scope, ids } of moved.values()) {
        const moves: VectorMove[] = [];
        for (const id of ids) {
          const request = await reader.request(scope, id);
          if (request) moves.push({ id, threadId: request.thread });
        }
        if (moves.length > 0) await vectors.reassign(scope, moves);
      }
    },
  };
}
