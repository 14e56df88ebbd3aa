import type { Costs } from '../api/reports.ts';
import { Link } from '../route/link.tsx';
import { listAddress } from '../route/url.ts';
import { compact, count, money, percent } from '../ui/format.ts';
import { ShareBar } from '../ui/share-bar.tsx';

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
        {total.priced < total.requests && `; ${count(total.requests - total.priced)} of models without a known price are not in it`}.
      </p>
      <div className="table costs-table">
        <div className="columns" aria-hidden="true">
          <span>Model</span>
          <span>Cost</span>
          <span className="number">Share</span>
          <span className="number">Requests</span>
          <span className="number">Tokens in, out</span>
        </div>
        <ol className="rows" aria-label="Costs by model">
          {items.map((one) => (
            <li key={one.id} className="row">
              <div>
                <Link data-row className="row-link" href={listAddress({ model: one.id })}>
                  {one.id}
                </Link>
              </div>
              <div className="cell-bar">
                <ShareBar share={total.costUsd === 0 ? 0 : one.costUsd / total.costUsd} />
                <span className="number">{one.priced === 0 ? '–' : money(one.costUsd)}</span>
              </div>
              <div className="number">{total.costUsd === 0 ? '–' : percent(one.costUsd / total.costUsd)}</div>
              <div className="number">
                {count(one.requests)} <span className="narrow-only">requests</span>
              </div>
              <div className="number">
                {compact(one.inputTokens)}, {compact(one.outputTokens)} <span className="narrow-only">tokens</span>
              </div>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
