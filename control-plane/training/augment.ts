// More to train on without more data: the logs' times and changes of conversation, with other conversations in them. What
// follows what within a conversation stays as people wrote it; what stands beside it is new.
import { createHash } from 'node:crypto';
import type { Labelled, Log } from './corpus.ts';

type Turns = readonly Labelled[];

/** Turns of a conversation between which a question may be taken for one whose beginning was never seen. */
const ORPHANED = { from: 3, to: 6 };
const PER_MILLE = 1000;
/** How many conversations ahead in the deal are looked at for one of the wanted length. */
const LOOKAHEAD = 60;

const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0);

/** `seed` names the deal: the same one gives the same logs. `torn`: share of the conversations of which a question from the middle is all that stays. */
export function resettled(logs: readonly Log[], seed: string, torn = 0): Log[] {
  const conversations = conversationsOf(logs);
  const deal = new Deal([...conversations.values()], seed);
  const orphans = [...conversations.values()].flatMap((turns) =>
    turns.filter(({ row }) => row.ctxdep === true && row.turn >= ORPHANED.from && row.turn <= ORPHANED.to),
  );
  return logs.map((log) => resettledLog(log, deal, orphans, seed, torn));
}

/** Conversations of which the beginning is known, each once. */
function conversationsOf(logs: readonly Log[]): Map<string, Turns> {
  const found = new Map<string, Turns>();
  for (const log of logs) {
    const here = Map.groupBy(
      log.filter(({ row }) => row.orphan !== true),
      ({ row }) => row.conv,
    );
    for (const [name, turns] of here) if (!found.has(name) && turns[0]?.row.turn === 1) found.set(name, turns);
  }
  return found;
}

/** Gives out every conversation once before any a second time. */
class Deal {
  readonly #all: readonly Turns[];
  readonly #seed: string;
  #stack: Turns[] = [];
  #round = 0;

  constructor(all: readonly Turns[], seed: string) {
    this.#all = all;
    this.#seed = seed;
  }

  /** A conversation of the wanted length, or the next longer one that is near. */
  take(length: number): Turns {
    if (this.#stack.length < LOOKAHEAD) this.#refill();
    let best = 0;
    let excess = Infinity;
    for (let i = 0; i < Math.min(LOOKAHEAD, this.#stack.length) && excess > 0; i++) {
      const turns = this.#stack[i]?.length ?? 0;
      const cost = turns >= length ? turns - length : 100 + length - turns;
      if (cost < excess) [best, excess] = [i, cost];
    }
    return this.#stack.splice(best, 1)[0] ?? [];
  }

  #refill(): void {
    const round = this.#round++;
    const keyed = this.#all.map((turns) => ({ turns, key: hashOf(JSON.stringify([this.#seed, round, turns[0]?.row.conv])) }));
    this.#stack = [...this.#stack, ...keyed.toSorted((a, b) => a.key - b.key).map(({ turns }) => turns)];
  }
}

function resettledLog(log: Log, deal: Deal, orphans: readonly Labelled[], seed: string, share: number): Log {
  const torn = new Set<string>();
  const lengths = new Map<string, number>();
  for (const { truth } of log) lengths.set(truth, (lengths.get(truth) ?? 0) + 1);
  const dealt = new Map<string, { readonly turns: Turns; used: number }>();
  return log.flatMap((slot): Labelled[] => {
    const key = JSON.stringify([seed, slot.turn.id]);
    if (torn.has(slot.truth)) return [];
    const tears = share > 0 && !dealt.has(slot.truth) && hashOf(JSON.stringify(['tear', key])) % PER_MILLE < PER_MILLE * share;
    if (tears) torn.add(slot.truth);
    if (slot.row.orphan === true || tears) {
      const orphan = orphans[hashOf(key) % orphans.length];
      return orphan === undefined ? [] : [at(slot, { ...orphan, row: { ...orphan.row, orphan: true } }, key, `orphan ${key}`)];
    }
    const mine = dealt.get(slot.truth) ?? { turns: deal.take(lengths.get(slot.truth) ?? 1), used: 0 };
    dealt.set(slot.truth, mine);
    const next = mine.turns[mine.used++];
    return next === undefined ? [] : [at(slot, next, key, slot.truth)];
  });
}

/** What was said elsewhere, in the place of the slot. */
const at = (slot: Labelled, { row, turn }: Labelled, id: string, truth: string): Labelled => ({
  truth,
  row: { ...row, id, ts: slot.row.ts, user: slot.row.user },
  turn: { ...turn, id, at: slot.turn.at },
});
