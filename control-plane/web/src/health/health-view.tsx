import type { ReactNode } from 'react';
import { readAccuracy, type Accuracy, type Rate } from '../api/accuracy.ts';
import { readMetrics, readParts, valueOf, type Parts, type Sample } from '../api/health.ts';
import { useMay } from '../api/me.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { accuracyAddress, listAddress, retentionAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { ago, bytes, compact, count, duration, percent, words } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { Losses } from './losses.tsx';
import { Stages } from './stages.tsx';

const POLL_MS = 5_000;
const ACCURACY_POLL_MS = 60_000;

/** Whether the service keeps up: its parts, what waits, what was lost, how fast each stage is, how right the linker is. */
export function HealthView() {
  const parts = useResource<Parts>('readiness', readParts, POLL_MS);
  const metrics = useResource<readonly Sample[]>('metrics', readMetrics, POLL_MS);
  const accuracy = useResource<Accuracy>('accuracy of health', (signal) => readAccuracy({}, signal), ACCURACY_POLL_MS);
  const may = useMay();
  useTitle('Health');
  useKeys({ Escape: () => goBack(listAddress()) });
  const { data: samples, problem } = metrics;
  if (samples === undefined)
    return problem ? <ProblemNote problem={problem} retry={metrics.reload} /> : <Skeleton rows={6} label="Loading health" />;
  const trouble = problem ?? parts.problem;
  return (
    <>
      <section className="filters" aria-label="About">
        <h1 className="page-title">Health</h1>
      </section>
      {trouble && <ProblemNote problem={trouble} slim />}
      {parts.data && <PartsList parts={parts.data} />}
      <Queue samples={samples} />
      <Store samples={samples} />
      <section aria-labelledby="linker-title">
        <h2 id="linker-title" className="findings-title">
          Linker
        </h2>
        {accuracy.data ? (
          <dl className="health-figures">
            <Figure name="Precision">{rate(accuracy.data.all.precision)}</Figure>
            <Figure name="Recall">{rate(accuracy.data.all.recall)}</Figure>
            <Figure name="Judged guesses">{count(accuracy.data.all.n)}</Figure>
            <Figure name="More">
              <Link href={accuracyAddress()}>accuracy</Link>
            </Figure>
          </dl>
        ) : (
          <p className="hint">{accuracy.problem ? 'It cannot be told now.' : 'Loading …'}</p>
        )}
      </section>
      <Losses samples={samples} />
      <Stages samples={samples} />
      {may('retention:read') && (
        <p className="hint">
          When the purge ran last, and what it will take next: <Link href={retentionAddress()}>retention</Link>.
        </p>
      )}
    </>
  );
}

function PartsList({ parts }: { readonly parts: Parts }) {
  const all = Object.entries(parts);
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="parts-title">
      <h2 id="parts-title" className="findings-title">
        Parts
      </h2>
      <dl className="health-figures">
        {all.map(([name, state]) => (
          <Figure key={name} name={words(name)}>
            <Badge tone={state === 'ok' ? 'good' : 'bad'}>{state}</Badge>
          </Figure>
        ))}
      </dl>
    </section>
  );
}

function Queue({ samples }: { readonly samples: readonly Sample[] }) {
  const waiting = valueOf(samples, 'clew_journal_waiting');
  const lag = valueOf(samples, 'clew_journal_lag_seconds') ?? 0;
  const buried = valueOf(samples, 'clew_journal_buried') ?? 0;
  const erasures = valueOf(samples, 'clew_erasures_unfinished') ?? 0;
  return (
    <section aria-labelledby="queue-title">
      <h2 id="queue-title" className="findings-title">
        Queue
      </h2>
      {waiting === undefined ? (
        <p className="hint">The queue is shared by all tenants: only the operator sees it.</p>
      ) : (
        <dl className="health-figures">
          <Figure name="Waiting">{count(waiting)}</Figure>
          <Figure name="The oldest waits">{waiting === 0 ? '–' : duration(lag * 1000)}</Figure>
          <Figure name="Given up">{buried === 0 ? '0' : <Badge tone="bad">{count(buried)}</Badge>}</Figure>
          <Figure name="Erasures under way">{erasures === 0 ? '0' : <Badge tone="warn">{count(erasures)}</Badge>}</Figure>
          <Figure name="Accepted since the start">{count(valueOf(samples, 'clew_samples_accepted_total') ?? 0)}</Figure>
          <Figure name="Tried again">{count(valueOf(samples, 'clew_samples_retried_total') ?? 0)}</Figure>
        </dl>
      )}
    </section>
  );
}

function Store({ samples }: { readonly samples: readonly Sample[] }) {
  const now = useNow();
  const [size, free] = [valueOf(samples, 'clew_store_bytes'), valueOf(samples, 'clew_disk_free_bytes')];
  const [vectors, purged] = [valueOf(samples, 'clew_vectors'), valueOf(samples, 'clew_purge_last_success_timestamp_seconds')];
  if (size === undefined && vectors === undefined) return null;
  return (
    <section aria-labelledby="store-title">
      <h2 id="store-title" className="findings-title">
        Store
      </h2>
      <dl className="health-figures">
        {size !== undefined && <Figure name="Size">{bytes(size)}</Figure>}
        {free !== undefined && <Figure name="Free on its disk">{bytes(free)}</Figure>}
        {vectors !== undefined && <Figure name="Vectors">{compact(vectors)}</Figure>}
        {size !== undefined && <Figure name="Last purge">{purged ? ago(new Date(purged * 1000).toISOString(), now) : 'not yet'}</Figure>}
      </dl>
    </section>
  );
}

const Figure = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const rate = ({ value, low, high }: Rate): string =>
  value === null ? 'nothing to judge' : `${percent(value)}${low === null || high === null ? '' : ` (${percent(low)} to ${percent(high)})`}`;
