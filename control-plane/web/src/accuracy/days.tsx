import { useMemo } from 'react';
import type { Day } from '../api/accuracy.ts';
import { DaySharesPlot } from '../ui/day-shares.tsx';

/** Precision and recall by day. */
export function Days({ days }: { readonly days: readonly Day[] }) {
  const shares = useMemo(() => days.map(({ day, precision, recall }) => ({ day, first: precision, second: recall })), [days]);
  const last = days.at(-1);
  if (last === undefined || days.length < 2) return null;
  return (
    <section className="card" aria-labelledby="days-title">
      <h2 id="days-title">By day</h2>
      <DaySharesPlot days={shares} names={['precision', 'recall']} note={`of ${last.n}`} />
    </section>
  );
}
