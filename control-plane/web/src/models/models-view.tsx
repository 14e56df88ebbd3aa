import { readCosts, type Costs } from '../api/reports.ts';
import { useResource } from '../api/use-resource.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, modelsAddress, sinceTime, type ModelsPlace } from '../route/url.ts';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { ChangesView } from './changes-view.tsx';
import { ComparisonView } from './comparison-view.tsx';
import { CostTable } from './cost-table.tsx';

const POLL_MS = 60_000;
/** Without a choice the API takes the last 30 days. */
const SINCE = SINCE_OPTIONS.filter(([value]) => value !== '30d');

/** What models cost, and two of them compared on the topics that both answered. */
export function ModelsView({ place }: { readonly place: ModelsPlace }) {
  const { a, b, since } = place;
  const { data, problem, reload } = useResource<Costs>(
    `costs model ${since ?? ''}`,
    (signal) => readCosts({ by: 'model', from: sinceTime(since, Date.now()) }, signal),
    POLL_MS,
  );
  useTitle('Models');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  const names = [...new Set([...(data?.items.map(({ id }) => id) ?? []), ...[a, b].flatMap((name) => name ?? [])])];
  const change = (changed: ModelsPlace): void => navigate(modelsAddress({ ...place, ...changed }));
  const options = names.map((name) => [name, name] as const);
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Models</h1>
        <Choice label="Time" all="last 30 days" value={since} options={SINCE} onChoose={(value) => change({ since: value })} />
        <Choice
          label="Compare"
          all="compare …"
          value={a}
          options={options.filter(([name]) => name !== b)}
          onChoose={(value) => change({ a: value })}
        />
        <Choice
          label="With"
          all="with …"
          value={b}
          options={options.filter(([name]) => name !== a)}
          onChoose={(value) => change({ b: value })}
        />
      </section>
      {a !== undefined && b !== undefined && <ComparisonView a={a} b={b} since={since} />}
      {[a, b].map((model) => model !== undefined && <ChangesView key={model} model={model} since={since} />)}
      {(a === undefined) !== (b === undefined) && (
        <p className="hint">Choose another model to compare it with, on the topics that both answered.</p>
      )}
      {data === undefined ? (
        problem ? (
          <ProblemNote problem={problem} retry={reload} />
        ) : (
          <Skeleton rows={6} label="Loading models" />
        )
      ) : (
        <>
          {problem && <ProblemNote problem={problem} slim />}
          <CostTable costs={data} />
        </>
      )}
    </>
  );
}
