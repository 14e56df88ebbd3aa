import type { RunSummary } from '../api/runs.ts';
import { Link } from '../route/link.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, runAddress, runsAddress, threadAddress, type RunFilters } from '../route/url.ts';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { FilterChip, filterTime } from '../ui/filter-chip.tsx';
import { ago, dateTime, plural, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { ModelNames } from '../ui/model-names.tsx';
import { Older } from '../ui/older.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { useRuns } from './use-runs.ts';
import { EvidenceBadge, VerdictBadge } from './verdict.tsx';

const VERDICTS: readonly (readonly [string, string])[] = [
  ['matched', 'matched'],
  ['drifted', 'drifted'],
  ['undeclared', 'undeclared'],
];

/** Every run with what it was composed of, as one digest. */
export function RunsView({ filters }: { readonly filters: RunFilters }) {
  const { items: runs, problem, hasMore, isLoadingMore, loadMore, reload } = useRuns(filters);
  const now = useNow();
  useTitle('Runs');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(filters.first ? runsAddress() : listAddress()) });
  if (runs === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={8} label="Loading runs" />;
  const change = (changed: RunFilters): void => navigate(runsAddress({ ...filters, ...changed }));
  const models = [...new Set([filters.model ?? [], runs.map(({ model }) => model.executed ?? model.requested ?? [])].flat(2))].sort();
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Runs</h1>
        <Choice label="Since" all="any time" value={filters.since} options={SINCE_OPTIONS} onChoose={(since) => change({ since })} />
        <Choice label="Verdict" all="any verdict" value={filters.verdict} options={VERDICTS} onChoose={(verdict) => change({ verdict })} />
        <Choice
          label="Model"
          all="any model"
          value={filters.model}
          options={models.map((name) => [name, name])}
          onChoose={(model) => change({ model })}
        />
        {filters.from !== undefined && (
          <FilterChip text={`from ${filterTime(filters.from)}`} href={runsAddress({ ...filters, from: '' })} />
        )}
        {filters.to !== undefined && <FilterChip text={`to ${filterTime(filters.to)}`} href={runsAddress({ ...filters, to: '' })} />}
        {filters.first !== undefined && (
          <Link className="chip" href={runsAddress({ ...filters, first: '' })} aria-label="Stop comparing">
            compare {shortId(filters.first, 8)} with … <span aria-hidden="true">×</span>
          </Link>
        )}
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      {runs.length === 0 ? (
        <p className="nothing">No run matches. A run is kept for every request that the gateway gave a run id.</p>
      ) : (
        <Listing
          label="Runs"
          className="runs-table"
          columns={['Run', 'Asked for → answered', 'Verdict', 'Composition', 'Thread', figures('Time')]}
        >
          {runs.map((run) => (
            <Row key={run.id} run={run} filters={filters} nowMs={now} />
          ))}
        </Listing>
      )}
      {hasMore && <Older isLoading={isLoadingMore} onLoad={loadMore} text="Show older runs" />}
    </>
  );
}

function Row({ run, filters, nowMs }: { readonly run: RunSummary; readonly filters: RunFilters; readonly nowMs: number }) {
  const { first } = filters;
  const { requested, executed, evidence } = run.model;
  return (
    <li className={run.verdict === 'drifted' ? 'row row-faulty' : 'row'}>
      <div className="cell-run">
        <Link data-row className="row-link mono" href={first === undefined ? runAddress(run.id) : runAddress(first, run.id)}>
          {shortId(run.id, 14)}
        </Link>
      </div>
      <div className="cell-pair">
        <span>
          <ModelNames requested={requested} executed={executed} />
        </span>{' '}
        <EvidenceBadge evidence={evidence} />
      </div>
      <div>
        <VerdictBadge verdict={run.verdict} />
        {run.manifest && (
          <span className="under">
            {run.manifest.name}
            {(run.differences ?? 0) > 0 && `, ${plural(run.differences ?? 0, 'difference')}`}
          </span>
        )}
      </div>
      <div className="mono" title={`SHA-256 ${run.digest}`}>
        {run.digest.slice(0, 10)}
      </div>
      <div className="cell-thread">
        {run.thread === null ? (
          <span className="muted">purged</span>
        ) : (
          <Link className="above tag-link" href={threadAddress({ thread: run.thread, request: run.requestId })}>
            thread
          </Link>
        )}
        {first === undefined ? (
          <Link className="above tag-link" href={runsAddress({ ...filters, first: run.id })} title="Then choose the other run">
            compare
          </Link>
        ) : (
          first !== run.id && <span className="muted">compare with this</span>
        )}
      </div>
      <div className="cell-time number">
        <time dateTime={run.at} title={dateTime(run.at)}>
          {ago(run.at, nowMs)}
        </time>
      </div>
    </li>
  );
}
