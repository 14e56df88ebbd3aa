import type { ReleasedTopics } from '../api/views.ts';
import { count, plural } from '../ui/format.ts';
import { Meter } from '../ui/meter.tsx';

/** How much of the month's privacy loss is spent, and what was not shown for it. */
export function Budget({ budget, refused }: Pick<ReleasedTopics, 'budget' | 'refused'>) {
  const left = budget.of - budget.spent;
  const isEmpty = left + 1e-9 < budget.epsilonPerDay;
  return (
    <p className="hint budget" role={isEmpty ? 'status' : undefined}>
      <span>
        Privacy budget of the month: {budget.spent.toFixed(1)} of {count(budget.of)} spent
        {refused.length > 0 && `; ${plural(refused.length, 'day')} not paid for`}.
      </span>
      <Meter share={budget.spent / budget.of} tone={isEmpty ? 'bad' : left < budget.of / 5 ? 'warn' : 'accent'} />
      {isEmpty && <strong>What is left does not pay for another day: figures of further days are refused until the next month.</strong>}
    </p>
  );
}
