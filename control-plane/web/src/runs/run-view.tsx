import { readRun, type RunDetail } from '../api/runs.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { runAddress, runsAddress, threadAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Fact } from '../ui/fact.tsx';
import { dateTime, words } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { Composition } from './composition.tsx';
import { Differences } from './differences.tsx';
import { Proof } from './proof.tsx';
import { Questions } from './questions.tsx';
import { Says } from './says.tsx';
import { EvidenceBadge, VerdictBadge } from './verdict.tsx';

/** One run: what it was composed of, part by part, and what vouches for each. */
export function RunView({ id }: { readonly id: string }) {
  const { data, problem, reload } = useResource<RunDetail>(`run ${id}`, (signal) => readRun(id, signal));
  const back = (): void => goBack(runsAddress());
  useTitle(`Run ${id.slice(0, 8)}`);
  useKeys({ Escape: back });
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading the run" />;
  return (
    <>
      <Head run={data} onBack={back} />
      <div className="run-columns">
        <div className="run-parts">
          {data.provenance && <Questions run={data.id} />}
          {data.deviations !== undefined && data.deviations.length > 0 && (
            <section aria-labelledby="deviations-title">
              <h2 id="deviations-title">Not as declared</h2>
              <Differences differences={data.deviations} sides={['declared', 'ran']} />
            </section>
          )}
          <Composition run={data} />
        </div>
        <Rest run={data} />
      </div>
    </>
  );
}

function Head({ run, onBack }: { readonly run: RunDetail; readonly onBack: () => void }) {
  return (
    <section className="thread-head" aria-label="Run">
      <BackButton onBack={onBack} />
      <h1 className="thread-title run-title">
        Run <span className="mono">{run.id}</span> <CopyButton text={run.id} what="run id" />
      </h1>
      <dl className="summary">
        <Fact name="Verdict">
          <VerdictBadge verdict={run.verdict} />
          {run.manifest && ` by ${run.manifest.name} ${run.manifest.revision}`}
          {run.checked !== undefined && run.checked.length > 0 && <span className="muted"> ({run.checked.map(words).join(', ')})</span>}
        </Fact>
        <Fact name="Asked for">
          {run.model.requested ?? 'unknown'} <Says who={run.provenance?.['/model/requested']} />
        </Fact>
        <Fact name="Answered by">
          {run.model.executed ?? 'unknown'}{' '}
          {run.model.executed === null ? (
            <EvidenceBadge evidence={run.model.evidence} />
          ) : (
            <Says who={run.provenance?.['/model/executed']} />
          )}
        </Fact>
        <Fact name="Time">{dateTime(run.at)}</Fact>
        <Fact name="Thread">
          {run.thread === null ? (
            'purged'
          ) : (
            <Link href={threadAddress({ thread: run.thread, request: run.requestId })}>open at this request</Link>
          )}
        </Fact>
        <Fact name="Compare">
          {run.before !== undefined && run.before !== null && (
            <>
              <Link href={runAddress(run.before, run.id)}>with the run before it</Link>{' '}
            </>
          )}
          <Link href={runsAddress({ first: run.id })}>with another run</Link>
        </Fact>
      </dl>
    </section>
  );
}

function Rest({ run }: { readonly run: RunDetail }) {
  const { record } = run;
  const json = JSON.stringify(record, null, 2);
  return (
    <aside className="run-aside" aria-label="Digest and proof">
      <section className="card">
        <h2>Digest of the record</h2>
        <p className="digest">
          <code>{run.digest}</code> <CopyButton text={run.digest} what="digest" />
        </p>
        <p className="hint">
          SHA-256 of the record&rsquo;s canonical JSON (RFC 8785), run id and commitments included: what the signature is of.
        </p>
      </section>
      {run.proof !== undefined && (
        <section className="card">
          <h2>Proof</h2>
          <Proof run={run} />
        </section>
      )}
      <section className="card">
        <h2>Model and trace</h2>
        <dl className="facts">
          <Line name="Dialect" value={record.dialect} />
          <Line name="Fingerprint" value={record.model.fingerprint} />
          <Line name="Evidence" value={words(record.model.evidence)} />
          <Line name="Trace" value={run.traceId ?? undefined} />
          <Line name="Set of manifests" value={record.composition.declared?.set} />
        </dl>
      </section>
      <details className="card">
        <summary>The record as JSON</summary>
        <CopyButton text={json} what="record" />
        <pre tabIndex={0} aria-label="Composition record" className="json">
          {json}
        </pre>
      </details>
    </aside>
  );
}

function Line({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  if (value === undefined || value === '') return null;
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className="clip" title={value}>
        {value}
      </dd>
    </div>
  );
}
