import type { Figures } from '../api/accuracy.ts';
import { count, plural } from '../ui/format.ts';

/** What was decided against what was true. */
export function Decisions({ figures }: { readonly figures: Figures }) {
  const { trueJoin, falseJoin, missedJoin, trueNew, falseNew, beyondReach } = figures;
  return (
    <section className="card" aria-labelledby="decisions-title">
      <h2 id="decisions-title">Decisions</h2>
      <table className="small-table">
        <thead>
          <tr>
            <th scope="col">In truth</th>
            <th scope="col" className="number">
              joined it
            </th>
            <th scope="col" className="number">
              joined another
            </th>
            <th scope="col" className="number">
              began a new one
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">goes on with a thread</th>
            <td className="number cell-good">{count(trueJoin)}</td>
            <td className="number cell-bad">{count(missedJoin)}</td>
            <td className="number cell-warn">{count(falseNew)}</td>
          </tr>
          <tr>
            <th scope="row">begins a thread</th>
            <td className="number muted">–</td>
            <td className="number cell-bad">{count(falseJoin)}</td>
            <td className="number cell-good">{count(trueNew)}</td>
          </tr>
        </tbody>
      </table>
      <p className="hint">
        A false merge is worse than a split: when in doubt, a new thread is begun.
        {beyondReach > 0 &&
          ` Of the missed, ${plural(beyondReach, 'was', 'were')} beyond reach: the thread was older than the 24 hours that are looked back.`}
      </p>
    </section>
  );
}
