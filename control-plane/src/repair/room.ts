// Merging, splitting and moving by people. One repair at a time, and none while a request is being placed.
import { createHash } from 'node:crypto';
import { ClewError, randomHex, scopeKey, type AuditEntry, type Clock, type Logger, type Randomness, type Scope } from '../kernel/index.ts';
import { derivedId } from '../threads/index.ts';
import { createChooser } from './choose.ts';
import { planOf, refused } from './plan.ts';
import type { LinkerGate, ReasonRedactor, RepairStore, Undoable } from './ports.ts';
import type { Repair, RepairRequest } from './types.ts';
import { undoPlan } from './undo.ts';

export interface RepairParts {
  readonly store: RepairStore;
  readonly gate: LinkerGate;
  readonly redactor: ReasonRedactor;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly logger: Logger;
  /** Told after each repair: events are stored. */
  readonly committed: () => void;
}

/** Who asks, and why. */
export interface Asking {
  readonly scope: Scope;
  readonly by: string;
  readonly reason: string | undefined;
}

export interface RepairRoom {
  /**
   * `isNew` is false where the same was asked before and stands: then nothing changes. Throws not_found, and
   * repair_refused where it would mix people, leave nothing or change nothing.
   */
  repair(request: RepairRequest, asking: Asking): Promise<{ readonly repair: Repair; readonly isNew: boolean }>;
  /** Again: the same answer. Throws not_found, and repair_refused where later repairs moved the same requests. */
  undo(id: string, asking: Asking): Promise<Repair>;
}

export function createRepairs(parts: RepairParts): RepairRoom {
  const { store, gate, clock, logger } = parts;
  const choose = createChooser(store);

  async function perform(request: RepairRequest, { scope, by, reason }: Asking): Promise<{ repair: Repair; isNew: boolean }> {
    const asked = digestOf(request);
    const before = await store.standing(scope, asked);
    // A merged thread can come to life again, when a client goes on with its session after a long time.
    const isDone = before !== undefined && (request.kind !== 'merge' || (await store.ownerOf(scope, request.threadId)) === undefined);
    if (isDone) return { repair: before, isNew: false };
    const chosen = await choose(scope, request);
    const { principal, requests } = chosen;
    const id = `rep_${randomHex(parts.randomness, 10)}`;
    const into = chosen.into ?? newThread(scope, principal, id);
    const threads = [...new Set([into, ...requests.map(({ threadId }) => threadId)])];
    const line = await store.line(scope, principal, Math.min(...requests.map(({ at }) => at)), threads, []);
    const { moves, adjustments } = planOf(line, requests, into);
    const text = reason === undefined ? null : await parts.redactor.redact(reason, principal);
    const kept = { id, kind: request.kind, principal, asked, into, reason: text, atMs: clock.nowMs(), by };
    const audit = entryOf(scope, by, { repair: id, act: request.kind, into, moved: moves.length });
    if (!(await store.commit(scope, kept, moves, adjustments, audit))) throw changedMeanwhile();
    done(scope, principal, 'thread_repaired', { repairId: id, kind: request.kind, by, into, moved: moves.length });
    return { repair: await existing(scope, id), isNew: true };
  }

  async function takeBack(id: string, { scope, by, reason }: Asking): Promise<Repair> {
    const found = await store.undoable(scope, id);
    if (found === undefined) throw new ClewError('not_found');
    const { repair, moved } = found;
    const undoable = repair.into === newThread(scope, repair.principal, id) ? withAll(found) : found;
    if (repair.undone !== null) return repair;
    const standing = moved.filter(({ standsIn }) => standsIn !== undefined);
    const elsewhere = standing.filter(({ standsIn, into }) => standsIn !== into);
    if (elsewhere.length > 0) {
      const later = await store.laterOn(scope, id);
      throw refused(`${elsewhere.length} of its requests were moved on since; undo first: ${later.join(', ') || 'what moved them'}`);
    }
    const ids = [...moved, ...undoable.adjusted].flatMap(({ requestId, before }) => [requestId, before.predecessorId ?? requestId]);
    const threads = [...new Set([repair.into, ...moved.map(({ from }) => from)])];
    const since = Math.min(...[...moved.map(({ at }) => at), ...undoable.followers.map(({ request }) => request.at)]);
    const line = await store.line(scope, repair.principal, since, threads, ids);
    const { moves, adjustments } = undoPlan(undoable, line);
    const text = reason === undefined ? null : await parts.redactor.redact(reason, repair.principal);
    const audit = entryOf(scope, by, { repair: id, act: 'undo', into: repair.into, moved: moves.length });
    const undone = { id, atMs: clock.nowMs(), by, reason: text };
    if (!(await store.undo(scope, undone, moves, adjustments, audit))) throw changedMeanwhile();
    done(scope, repair.principal, 'thread_repair_undone', { repairId: id, kind: repair.kind, by, moved: moves.length });
    return existing(scope, id);
  }

  function done(scope: Scope, principal: string, event: string, fields: Readonly<Record<string, string | number>>): void {
    gate.forget(scope, principal);
    parts.committed();
    logger.warn(event, { tenant: scope.tenant, environment: scope.environment, ...fields });
  }

  async function existing(scope: Scope, id: string): Promise<Repair> {
    const repair = await store.get(scope, id);
    if (repair === undefined) throw new ClewError('not_found');
    return repair;
  }

  return {
    repair: (request, asking) => gate.exclusively(() => perform(request, asking)),
    undo: (id, asking) => gate.exclusively(() => takeBack(id, asking)),
  };
}

const newThread = (scope: Scope, principal: string, repairId: string): string =>
  derivedId('t_', JSON.stringify([scopeKey(scope), principal]), repairId);

/** A thread that the repair made goes with it, whoever joined since. */
function withAll(undoable: Undoable): Undoable {
  const into = undoable.moved[0]?.from;
  if (into === undefined) return undoable;
  return { ...undoable, followers: [...undoable.followers, ...undoable.others.map((request) => ({ request, into }))] };
}

const entryOf = (scope: Scope, actor: string, details: AuditEntry['details']): AuditEntry => ({ scope, kind: 'repair', actor, details });

const changedMeanwhile = (): ClewError => new ClewError('unavailable', 'the requests were changed or erased meanwhile; ask again');

/** What was asked, whoever asks and whenever. */
function digestOf(request: RepairRequest): string {
  const asked = 'requestIds' in request ? { ...request, requestIds: [...new Set(request.requestIds)].sort() } : request;
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(asked).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
}
