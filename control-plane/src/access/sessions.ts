// Sessions of people who signed in on the page. Held in memory: nothing of them is on disk, a restart ends them all, and
// signing in again is one redirect. What the browser holds names a session and says nothing.
import { createHash, timingSafeEqual } from 'node:crypto';
import { scopeKey, type Caller, type Clock, type Randomness, type Scope } from '../kernel/index.ts';

export interface Session {
  readonly caller: Caller;
  /** What acts of the session must bring along in a header: other sites make a browser send its cookies, not this. */
  readonly csrf: string;
  readonly endsAtMs: number;
}

export interface Sessions {
  /** The id is told to the browser and kept nowhere. */
  begin(caller: Caller): { readonly id: string; readonly session: Session };
  /** Undefined where there is none, or where it has ended. A use keeps it from ending for being idle. */
  find(id: string): Session | undefined;
  end(id: string): void;
  /** Ends all of a person; answers how many. */
  endOf(scope: Scope, principal: string): number;
  countOf(scope: Scope, principal: string): number;
}

export interface SessionParts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Whatever happens in it, a session ends then: roles at the provider may have changed. */
  readonly longestMs: number;
}

const IDLE_MS = 60 * 60_000;
const MAX_SESSIONS = 10_000;
const ID = /^[\w-]{43}$/;

interface Held {
  readonly session: Session;
  seenMs: number;
}

export function createSessions({ clock, randomness, longestMs }: SessionParts): Sessions {
  /** By digest of the id, in order of use. */
  const held = new Map<string, Held>();
  const digestOf = (id: string): string => createHash('sha256').update(id).digest('base64');
  const random = (): string => Buffer.from(randomness.bytes(32)).toString('base64url');
  const isOf = (scope: Scope, principal: string, { session: { caller } }: Held): boolean =>
    scopeKey(caller.scope) === scopeKey(scope) && caller.tokenId === `person:${principal}`;
  const ofPerson = (scope: Scope, principal: string): readonly string[] =>
    [...held].filter(([, one]) => isOf(scope, principal, one)).map(([digest]) => digest);
  return {
    begin(caller) {
      const id = random();
      const nowMs = clock.nowMs();
      const session = { caller, csrf: random(), endsAtMs: nowMs + longestMs };
      held.set(digestOf(id), { session, seenMs: nowMs });
      if (held.size > MAX_SESSIONS) held.delete(held.keys().next().value ?? '');
      return { id, session };
    },
    find(id) {
      if (!ID.test(id)) return undefined;
      const digest = digestOf(id);
      const found = held.get(digest);
      if (found === undefined) return undefined;
      held.delete(digest);
      const nowMs = clock.nowMs();
      if (nowMs >= found.session.endsAtMs || nowMs - found.seenMs > IDLE_MS) return undefined;
      held.set(digest, { ...found, seenMs: nowMs });
      return found.session;
    },
    end: (id) => void held.delete(digestOf(id)),
    endOf(scope, principal) {
      const ended = ofPerson(scope, principal);
      for (const digest of ended) held.delete(digest);
      return ended.length;
    },
    countOf: (scope, principal) => ofPerson(scope, principal).length,
  };
}

/** Whether a header holds the session's secret, in the same time whatever it holds. */
export function isCsrf({ csrf }: Session, given: string | undefined): boolean {
  const [a, b] = [Buffer.from(csrf), Buffer.from(given ?? '')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The place of sessions in the register of erasure. */
export function sessionsOf(sessions: Sessions) {
  return {
    name: 'sessions',
    tables: [],
    erase: (scope: Scope, principal: string): Promise<Readonly<Record<string, number>>> => {
      const ended = sessions.endOf(scope, principal);
      return Promise.resolve(ended > 0 ? { sessions: ended } : {});
    },
    residual: (scope: Scope, principal: string) => Promise.resolve(sessions.countOf(scope, principal)),
  };
}
