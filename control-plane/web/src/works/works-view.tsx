import { readSequences, type Sequences } from '../api/insight.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, sinceTime, worksAddress } from '../route/url.ts';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { count, percent, plural } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { OUTCOMES } from '../ui/outcome.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { MovesTable } from './moves-table.tsx';
import { SequencesTable } from './sequences-table.tsx';

interface WorksViewProps {
  readonly since: string | undefined;
  /** Least number of threads of a sequence that is shown. */
  readonly least: string | undefined;
}

const POLL_MS = 30_000;
const LEAST = ['2', '5', '10', '20', '50'].map((least) => [least, `in ${least} threads or more`] as const);
/** Without a choice the API takes the last 30 days. */
const SINCE = SINCE_OPTIONS.filter(([value]) => value !== '30d');

/** Which sequences of follow-ups end well, and what helps after trouble. */
export function WorksView({ since, least }: WorksViewProps) {
  const { data, problem, reload } = useResource<Sequences>(
    worksAddress(since, least),
    (signal) => readSequences({ from: sinceTime(since, Date.now()), minThreads: least }, signal),
    POLL_MS,
  );
  useTitle('What works');
  useKeys({ Escape: () => goBack(listAddress()) });
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">What works</h1>
        <Choice label="Ended" all="last 30 days" value={since} options={SINCE} onChoose={(value) => navigate(worksAddress(value, least))} />
        <Choice
          label="Least"
          all="in 5 threads or more"
          value={least}
          options={LEAST.filter(([value]) => value !== '5')}
          onChoose={(value) => navigate(worksAddress(since, value))}
        />
      </section>
      {data === undefined ? (
        problem ? (
          <ProblemNote problem={problem} retry={reload} />
        ) : (
          <Skeleton rows={8} label="Loading what works" />
        )
      ) : (
        <>
          {problem && <ProblemNote problem={problem} slim />}
          <Found data={data} />
        </>
      )}
    </>
  );
}

function Found({ data }: { readonly data: Sequences }) {
  const { baseline, threads, openThreads, outcomes, isCapped, suppressed, minThreads } = data;
  if (threads === 0)
    return (
      <p className="nothing">
        No thread of this time has ended yet
        {openThreads > 0 && `; ${plural(openThreads, 'thread')} ${openThreads === 1 ? 'is' : 'are'} open`}. Threads count once nothing came
        for half an hour.
      </p>
    );
  return (
    <>
      <p className="works-baseline">
        <strong>{percent(baseline.share)}</strong> of {plural(threads, 'thread')} ended well{' '}
        <span className="muted">
          (95% interval {percent(baseline.low)} to {percent(baseline.high)}
          {openThreads > 0 && `; ${plural(openThreads, 'open thread')} not counted`}
          {isCapped && '; only the newest were looked at'})
        </span>
      </p>
      <p className="outcome-links">
        {OUTCOMES.filter((outcome) => outcomes[outcome] > 0).map((outcome) => (
          <Link key={outcome} className="outcome-link" href={listAddress({ outcome })}>
            {outcome} {count(outcomes[outcome])}
          </Link>
        ))}
      </p>
      <SequencesTable data={data} />
      {data.repairs.length > 0 && <MovesTable moves={data.repairs} />}
      {suppressed > 0 && (
        <p className="hint">
          {plural(suppressed, 'sequence')} of fewer than {plural(minThreads, 'thread')} left out.
        </p>
      )}
    </>
  );
}
