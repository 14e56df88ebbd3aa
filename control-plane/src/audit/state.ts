// Whether a log is what was written, as the server itself sees it: read from the first entry, in portions, and not often.
import type { Clock, Scope } from '../kernel/index.ts';
import { scopeKey } from '../kernel/index.ts';
import type { Anchor } from './anchor.ts';
import type { ChainedEntry } from './chain.ts';
import type { AuditStore } from './ports.ts';
import { verifyAudit, type AuditVerdict } from './verify.ts';

export interface AuditState extends AuditVerdict {
  /** RFC 3339: entries that came later were not looked at. */
  readonly checkedAt: string;
}

const PORTION = 500;
/** An answer serves for so long: the check reads the whole log. */
const FRESH_MS = 10_000;

/** One check of a log at a time; who asks meanwhile gets the same answer. */
export function createAuditStates(store: AuditStore, anchor: Anchor, clock: Clock): (scope: Scope) => Promise<AuditState> {
  const known = new Map<string, { readonly atMs: number; readonly state: Promise<AuditState> }>();

  async function* entries(scope: Scope): AsyncGenerator<ChainedEntry> {
    for (let from = 0; ;) {
      const portion = await store.entries(scope, from, PORTION);
      yield* portion;
      if (portion.length < PORTION) return;
      from += portion.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function check(scope: Scope): Promise<AuditState> {
    const checkedAt = new Date(clock.nowMs()).toISOString();
    const head = await anchor.head(scope);
    const heads = head === undefined ? [] : [head];
    return { ...(await verifyAudit(entries(scope), { scope, heads, vkey: anchor.vkeyOf(scope) })), checkedAt };
  }

  return (scope) => {
    const key = scopeKey(scope);
    const before = known.get(key);
    if (before !== undefined && clock.nowMs() - before.atMs < FRESH_MS) return before.state;
    const state = check(scope);
    known.set(key, { atMs: clock.nowMs(), state });
    state.catch(() => known.delete(key));
    return state;
  };
}
