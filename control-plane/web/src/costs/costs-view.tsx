import { COST_DIMENSIONS, readCosts, type CostDimension, type CostFigures, type Costs } from '../api/reports.ts';
import { useResource } from '../api/use-resource.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { costsAddress, listAddress, sinceTime } from '../route/url.ts';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { compact, count, money, plural } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { CostRows } from './cost-rows.tsx';
import { Trend } from './trend.tsx';

const POLL_MS = 60_000;
/** Without a choice the API takes the last 30 days. */
const SINCE = SINCE_OPTIONS.filter(([value]) => value !== '30d');

const DIMENSION_NAMES: Readonly<Record<CostDimension, string>> = {
  model: 'model',
  topic: 'topic',
  principal: 'user',
  route: 'route',
  service: 'service',
  consumer: 'application',
  intent: 'use case',
  outcome: 'outcome of the thread',
};

/** What traffic cost: the trend, and by what requests have in common. */
export function CostsView({ by = 'model', since }: { readonly by: string | undefined; readonly since: string | undefined }) {
  const dimension = COST_DIMENSIONS.find((one) => one === by) ?? 'model';
  const { data, problem, reload } = useResource<Costs>(
    `costs ${dimension} ${since ?? ''}`,
    (signal) => readCosts({ by: dimension, from: sinceTime(since, Date.now()) }, signal),
    POLL_MS,
  );
  useTitle('Costs');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Costs</h1>
        <Choice
          label="By"
          all="by model"
          value={dimension === 'model' ? undefined : dimension}
          options={COST_DIMENSIONS.filter((one) => one !== 'model').map((one) => [one, `by ${DIMENSION_NAMES[one]}`])}
          onChoose={(chosen) => navigate(costsAddress(chosen, since))}
        />
        <Choice
          label="Time"
          all="last 30 days"
          value={since}
          options={SINCE}
          onChoose={(chosen) => navigate(costsAddress(by === 'model' ? undefined : by, chosen))}
        />
      </section>
      {data === undefined ? (
        problem ? (
          <ProblemNote problem={problem} retry={reload} />
        ) : (
          <Skeleton rows={8} label="Loading costs" />
        )
      ) : (
        <>
          {problem && <ProblemNote problem={problem} slim />}
          <Figures costs={data} by={dimension} />
        </>
      )}
    </>
  );
}

/** Cached input and reasoning have prices of their own at many providers. */
function ofWhich({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens }: CostFigures): string {
  const parts = [
    cacheReadTokens > 0 && `${compact(cacheReadTokens)} of ${compact(inputTokens)} input tokens were read from the provider’s cache`,
    cacheWriteTokens > 0 && `${compact(cacheWriteTokens)} written to it`,
    reasoningTokens > 0 && `${compact(reasoningTokens)} of ${compact(outputTokens)} output tokens were reasoning`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
}

function Figures({ costs, by }: { readonly costs: Costs; readonly by: CostDimension }) {
  const { total, items, rest } = costs;
  if (items.length === 0) return <p className="nothing">No request of this time is stored.</p>;
  const { estimate } = total;
  const isSampled = estimate.requests > total.requests * 1.001;
  return (
    <>
      <p className="hint costs-total">
        <strong>{money(total.costUsd)}</strong> for {plural(total.requests, 'stored request')}, background calls included
        {total.priced < total.requests &&
          `; ${count(total.requests - total.priced)} without a known cost are not in it: no price of their model, or no count of tokens`}
        .{ofWhich(total)}
        {isSampled &&
          ` Of all traffic, sampled out or not: about ${money(estimate.costUsd)} ± ${money(1.96 * estimate.standardErrorUsd)} for ${count(Math.round(estimate.requests))} requests.`}
      </p>
      <Trend days={total.perDay} />
      <CostRows items={items} total={total.costUsd} days={total.perDay} by={by} />
      {rest.groups > 0 && (
        <p className="hint">
          {count(rest.groups)} more together {money(rest.costUsd)}.
        </p>
      )}
    </>
  );
}
