import type { CostGroup } from '../api/reports.ts';
import { compact, count, money, percent } from '../ui/format.ts';
import { ShareBar } from '../ui/share-bar.tsx';

/** Of one group among all: cost, share, requests, tokens. @param total US dollars of all groups */
export function CostCells({ one, total }: { readonly one: CostGroup; readonly total: number }) {
  return (
    <>
      <div className="cell-bar">
        <ShareBar share={total === 0 ? 0 : one.costUsd / total} />
        <span className="number">{one.priced === 0 ? '–' : money(one.costUsd)}</span>
      </div>
      <div className="number">{total === 0 || one.priced === 0 ? '–' : percent(one.costUsd / total)}</div>
      <div className="number">
        {count(one.requests)} <span className="narrow-only">requests</span>
      </div>
      <div className="number">
        {compact(one.inputTokens)}, {compact(one.outputTokens)} <span className="narrow-only">tokens</span>
      </div>
    </>
  );
}
