// What is remembered of one principal: the newest requests in order of time, and the threads they form. The state is a
// function of that list alone, so that a replica which reads the list back from the store decides alike.
import { chainOf } from './chain.ts';
import { kindOf, type Entry } from './entry.ts';
import { matchHistory } from './history.ts';
import { lastOf } from './last.ts';
import { RESTORE_LIMIT } from './limits.ts';
import { TurnRecord } from './record.ts';
import type { Remembered, Thread } from './remembered.ts';
import { saidUntil, summarisedBefore } from './summary.ts';

export class PrincipalState implements Remembered {
  readonly entries: Entry[] = [];
  readonly threads = new Map<string, Thread>();
  /** All turns of all threads, oldest first: what the pace is read from. */
  readonly turns: TurnRecord[] = [];
  readonly #byId = new Map<string, Entry>();

  entry(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  /** Newest turn or step, of any thread. */
  newest(): Entry | undefined {
    return this.entries.findLast((entry) => entry.kind !== 'auxiliary');
  }

  add(placed: Pick<Entry, 'turn' | 'threadId' | 'sessionId' | 'position' | 'placement' | 'method' | 'predecessorId'>): void {
    const chain = chainOf(placed.turn.history);
    const kind = kindOf(placed.turn);
    const origin =
      chain === undefined ? 0 : (matchHistory(chain, this, placed.threadId)?.origin ?? this.#behindSummary(placed) ?? chain.omitted);
    const entry: Entry = { ...placed, kind, chain, origin };
    this.entries.push(entry);
    this.#byId.set(entry.turn.id, entry);
    if (kind !== 'auxiliary') this.#extend(entry);
    if (this.entries.length > RESTORE_LIMIT) this.#forgetOldest();
  }

  #behindSummary({ turn, threadId }: Pick<Entry, 'turn' | 'threadId'>): number | undefined {
    const before = summarisedBefore(turn, this);
    return before?.threadId === threadId ? saidUntil(before) : undefined;
  }

  /** Auxiliary calls stand in no thread of the state, so that one can be replaced alone. */
  replaceAuxiliary(id: string, change: (entry: Entry) => Entry): void {
    const entry = this.#byId.get(id);
    if (entry?.kind !== 'auxiliary') return;
    const changed = change(entry);
    this.entries[this.entries.indexOf(entry)] = changed;
    this.#byId.set(id, changed);
  }

  #extend(entry: Entry): void {
    let thread = this.threads.get(entry.threadId);
    if (thread === undefined) {
      thread = { id: entry.threadId, entries: [], turns: [] };
      this.threads.set(thread.id, thread);
    }
    thread.entries.push(entry);
    if (entry.kind === 'turn') {
      const record = new TurnRecord(entry, this.turns);
      thread.turns.push(record);
      this.turns.push(record);
    } else if (entry.turn.call?.firstMessage === undefined && this.#isOfTurnBefore(entry)) {
      // What one agent says to another is not what the user saw.
      lastOf(thread.turns)?.goOn(entry.turn);
    }
  }

  /** False for an attempt that began before the one that came first, and so stands in front of its own turn. */
  #isOfTurnBefore({ turn, predecessorId }: Entry): boolean {
    return (turn.call?.attempt ?? 1) === 1 || predecessorId === undefined || this.#byId.has(predecessorId);
  }

  #forgetOldest(): void {
    const oldest = this.entries.shift();
    if (oldest === undefined) return;
    this.#byId.delete(oldest.turn.id);
    const thread = this.threads.get(oldest.threadId);
    if (thread === undefined || oldest.kind === 'auxiliary') return;
    thread.entries.shift();
    if (oldest.kind === 'turn') {
      thread.turns.shift();
      this.turns.shift();
    }
    if (thread.entries.length === 0) this.threads.delete(thread.id);
  }
}
