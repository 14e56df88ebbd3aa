import type { Costs } from '../api/reports.ts';
import { CostCells } from '../costs/cost-cells.tsx';
import { Link } from '../route/link.tsx';
import { listAddress } from '../route/url.ts';
import { count, money } from '../ui/format.ts';
import { figures, Listing } from '../ui/listing.tsx';

/** What each model cost, the dearest first; each leads to its threads. */
export function CostTable({ costs: { items, total } }: { readonly costs: Costs }) {
  if (items.length === 0) return <p className="nothing">No request of this time is stored.</p>;
  return (
    <section aria-labelledby="costs-title">
      <h2 id="costs-title" className="findings-title">
        Cost
      </h2>
      <p className="hint">
        {money(total.costUsd)} for {count(total.requests)} stored requests, background calls included
        {total.priced < total.requests &&
          `; ${count(total.requests - total.priced)} without a known cost are not in it: no price of their model, or no count of tokens`}
        .
      </p>
      <Listing
        label="Costs by model"
        className="costs-table"
        columns={['Model', 'Cost', figures('Share'), figures('Requests'), figures('Tokens in, out')]}
      >
        {items.map((one) => (
          <li key={one.id} className="row">
            <div>
              <Link data-row className="row-link" href={listAddress({ model: one.id })}>
                {one.id}
              </Link>
            </div>
            <CostCells one={one} total={total.costUsd} />
          </li>
        ))}
      </Listing>
    </section>
  );
}
