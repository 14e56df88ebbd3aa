// The order of a principal's requests. Clocks of gateways count milliseconds, and an agent makes several calls within one: of
// equal times the evidence tells which came first, never the ids, which are random.
import { carriesExchange, chainOf, sameMessages } from './chain.ts';
import type { TurnInput } from './types.ts';

interface Timed {
  readonly turn: TurnInput;
}

/** True when the later request shows by itself that it was made once the earlier one had been. Certain evidence only. */
function goesOnFrom(later: TurnInput, earlier: TurnInput): boolean {
  const [own, before] = [later.call, earlier.call];
  if (own?.parentRunId === earlier.id && later.id !== earlier.id) return true;
  if (own?.previousResponseId !== undefined && own.previousResponseId === before?.responseId) return true;
  if (own?.toolResults?.some((result) => before?.toolCalls?.includes(result)) === true) return true;
  if (own?.firstMessage !== undefined && before?.toolInputs?.includes(own.firstMessage) === true) return true;
  const [chain, other] = [chainOf(later.history), chainOf(earlier.history)];
  if (chain === undefined || other === undefined) return false;
  return sameMessages(chain, other) ? (own?.attempt ?? 1) > (before?.attempt ?? 1) : carriesExchange(chain, other);
}

/**
 * By time. Of equal times each request stands after those that it goes on from, else by id: the order is a function of the requests, not of the
 * order in which they came. Evidence that runs in a circle, which only a forger makes, is passed over.
 */
export function inOrder<T extends Timed>(placed: readonly T[]): T[] {
  const byTime = placed.toSorted(({ turn: a }, { turn: b }) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const ordered: T[] = [];
  for (let from = 0, to = 0; from < byTime.length; from = to) {
    while (to < byTime.length && byTime[to]?.turn.at === byTime[from]?.turn.at) to++;
    ordered.push(...byEvidence(byTime.slice(from, to)));
  }
  return ordered;
}

function byEvidence<T extends Timed>(equal: readonly T[]): readonly T[] {
  if (equal.length === 1) return equal;
  const ordered = new Set<T>();
  const begun = new Set<T>();
  const put = (one: T): void => {
    if (begun.has(one)) return;
    begun.add(one);
    for (const other of equal) if (other !== one && goesOnFrom(one.turn, other.turn)) put(other);
    ordered.add(one);
  };
  equal.forEach(put);
  return [...ordered];
}

/** The placed requests that stand before one that comes now, and those after it. */
export function around<T extends Timed>(
  placed: readonly T[],
  turn: TurnInput,
): { readonly before: readonly T[]; readonly after: readonly T[] } {
  const ordered = inOrder([...placed.map((one) => ({ turn: one.turn, one })), { turn, one: undefined }]);
  const at = ordered.findIndex(({ one }) => one === undefined);
  const given = (part: typeof ordered): readonly T[] => part.flatMap(({ one }) => (one === undefined ? [] : [one]));
  return { before: given(ordered.slice(0, at)), after: given(ordered.slice(at)) };
}
