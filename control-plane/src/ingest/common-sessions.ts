// Session ids that several people carry. "default", "test" or the name of a room say nothing about whose conversation a
// request belongs to; that people share one is for the policy to say.
import { scopeKey, type Scope } from '../kernel/index.ts';
import type { PastTurns, TurnInput } from '../threads/index.ts';

/** From so many people on an id names no conversation of one of them. Two can be one person before and after a login. */
const PEOPLE = 3;
/** Ids that are remembered; what is forgotten is asked of the store again. */
const REMEMBERED = 20_000;

interface CommonSessions {
  /** The turn, marked where its session is a common one. Remembers that the principal carries the id. */
  judge(scope: Scope, principal: string | null, turn: TurnInput): Promise<TurnInput>;
}

export function createCommonSessions(past: Pick<PastTurns, 'carriers'> | undefined): CommonSessions {
  const carriers = new Map<string, Set<string>>();

  async function carriersOf(scope: Scope, source: string, id: string): Promise<Set<string>> {
    const key = JSON.stringify([scopeKey(scope), source, id]);
    const known = carriers.get(key) ?? new Set(await past?.carriers(scope, { source, id }, PEOPLE));
    carriers.delete(key);
    carriers.set(key, known);
    for (const oldest of carriers.keys()) {
      if (carriers.size <= REMEMBERED) break;
      carriers.delete(oldest);
    }
    return known;
  }

  return {
    async judge(scope, principal, turn) {
      const { session } = turn;
      if (session === undefined || session.shared === true || principal === null) return turn;
      const people = await carriersOf(scope, session.source, session.id);
      if (people.size < PEOPLE) people.add(principal);
      return people.size < PEOPLE ? turn : { ...turn, isCommonSession: true };
    },
  };
}
