import type { Scope } from '../kernel/index.ts';
import { accountOf, type Account } from './account.ts';
import type { CounterReader, EpochSummary } from './ports.ts';

/** Gaps that are looked at for an explanation; what lies beyond counts as missing. */
const EXPLAINED = 10_000;

/** What became of all numbered runs of a scope. */
export async function readAccount(
  counters: CounterReader,
  scope: Scope,
  nowMs: number,
): Promise<{ readonly account: Account; readonly epochs: readonly EpochSummary[] }> {
  const epochs = await counters.epochs(scope, EXPLAINED);
  const { items, missing } = await counters.gaps(scope, EXPLAINED);
  const looked = items.reduce((sum, { from, to }) => sum + (to - from + 1), 0);
  return { account: accountOf(items, Math.max(0, missing - looked), epochs, nowMs), epochs };
}
