// Who came: an entry of the audit log when somebody is seen for the first time, or again after a while.
import { actorOf, type AuditEntry, type AuditTrail, type Caller, type Clock } from '../kernel/index.ts';

export interface Logins {
  /** Notes the caller and gives it back. Never rejects: a log that cannot be written must not lock out whoever could mend it. */
  seen<C extends Caller | undefined>(caller: C): Promise<C>;
}

/** People have no sessions here; so long without a request, and the next one counts as coming anew. */
const AWAY_MS = 30 * 60_000;
const MAX_KNOWN = 10_000;

export function createLogins(audit: AuditTrail | undefined, clock: Clock): Logins {
  const lastSeenMs = new Map<string, number>();
  return {
    async seen(caller) {
      if (audit === undefined || caller === undefined) return caller;
      const nowMs = clock.nowMs();
      const key = JSON.stringify([caller.tokenId, caller.scope.tenant, caller.scope.environment]);
      const before = lastSeenMs.get(key);
      // Set anew, so that the map is in order of use.
      lastSeenMs.delete(key);
      lastSeenMs.set(key, nowMs);
      if (lastSeenMs.size > MAX_KNOWN) lastSeenMs.delete(lastSeenMs.keys().next().value ?? '');
      if (before === undefined || nowMs - before > AWAY_MS) await audit.append(loginOf(caller)).catch(() => undefined);
      return caller;
    },
  };
}

export function loginOf(caller: Caller): AuditEntry {
  return { scope: caller.scope, kind: 'login', actor: actorOf(caller), details: { role: caller.role } };
}
