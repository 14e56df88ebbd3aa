import type { ReactNode } from 'react';
import { readRun } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Part, RunDetail } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { runsAddress, threadAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { Badge } from '../ui/badge.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { dateTime, plural, words } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { Differences } from './differences.tsx';
import { Proof } from './proof.tsx';
import { Questions } from './questions.tsx';
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
        <Fact name="Asked for">{run.model.requested ?? 'unknown'}</Fact>
        <Fact name="Answered by">
          {run.model.executed ?? 'unknown'} <EvidenceBadge evidence={run.model.evidence} />
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
          <Link href={runsAddress({ first: run.id })}>with another run</Link>
        </Fact>
      </dl>
    </section>
  );
}

function Composition({ run }: { readonly run: RunDetail }) {
  const { instructions = [], tools = [], context = [], responseFormat, input, output, attempts = [] } = run.record.composition;
  return (
    <section className="run-parts" aria-labelledby="composition-title">
      <h2 id="composition-title">Composition</h2>
      <Parts title="Instructions" parts={instructions} none="No system or developer message" />
      <Parts title="Tools" parts={tools} none="No tools" />
      <Parts title="Retrieved context" parts={context} none="No context that the application marked" />
      {responseFormat !== undefined && <Parts title="Response format" parts={[responseFormat]} none="" />}
      <Parts title="Input and output" parts={[part('input', input), part('output', output)].flat()} none="Nothing committed" />
      {attempts.length > 0 && (
        <div className="part-group">
          <h3>Attempts</h3>
          <ol className="parts">
            {attempts.map(({ model, status, reason }, index) => (
              <li key={index} className="part">
                <span className="part-name">{model}</span>
                <span className="muted">{[status, reason].filter((value) => value !== undefined).join(' ')}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
      <p className="hint">
        Parts are kept as digests, never as text. <Badge tone="good">checkable</Badge> whoever holds the approved text can compare its
        SHA-256. <Badge>sealed</Badge> the digest is salted, since the text may hold a person&rsquo;s data.
      </p>
    </section>
  );
}

const part = (name: string, given: Part | undefined): readonly Part[] => (given === undefined ? [] : [{ name, ...given }]);

function Parts({ title, parts, none }: { readonly title: string; readonly parts: readonly Part[]; readonly none: string }) {
  return (
    <div className="part-group">
      <h3>{title}</h3>
      {parts.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <ol className="parts">
          {parts.map((one, index) => (
            <li key={index} className="part">
              <span className="part-name">{[one.name, one.role, one.source].filter(Boolean).join(' · ') || `part ${index + 1}`}</span>
              <span className="number muted">{plural(one.length, 'byte')}</span>
              <code className="clip" title={one.digest}>
                {one.digest}
              </code>
              {one.salted === true ? <Badge title="Salted commitment">sealed</Badge> : <Badge tone="good">checkable</Badge>}
              <CopyButton text={one.digest} what={`digest of ${one.name ?? title}`} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Rest({ run }: { readonly run: RunDetail }) {
  const { record } = run;
  const parameters = Object.entries(record.parameters);
  const json = JSON.stringify(record, null, 2);
  return (
    <aside className="run-aside" aria-label="Parameters and digest">
      <section className="card">
        <h2>Digest of the record</h2>
        <p className="digest">
          <code>{run.digest}</code> <CopyButton text={run.digest} what="digest" />
        </p>
        <p className="hint">SHA-256 of the record&rsquo;s canonical JSON (RFC 8785). Two runs with one digest were composed alike.</p>
      </section>
      {run.proof !== undefined && (
        <section className="card">
          <h2>Proof</h2>
          <Proof run={run} />
        </section>
      )}
      <section className="card">
        <h2>Parameters{run.provenance && <Says who={run.provenance['/parameters']} />}</h2>
        {parameters.length === 0 ? (
          <p className="muted">None were sent.</p>
        ) : (
          <dl className="facts">
            {parameters.map(([name, value]) => (
              <div key={name} className="fact">
                <dt>{words(name)}</dt>
                <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <h2>History{run.provenance && <Says who={run.provenance['/history']} />}</h2>
        <p>
          {plural(record.history.length, 'message')}
          {record.history.truncated ? ', truncated by the client' : ''}
        </p>
        <h2>Model</h2>
        <dl className="facts">
          <Line name="Dialect" value={record.dialect} />
          <Line name="Fingerprint" value={record.model.fingerprint} />
          <Line name="Variant" value={record.composition.variant} />
          <Line name="Trace" value={run.traceId ?? undefined} />
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

/** A mark for what only the application or the provider says: the gateway saw the rest itself. */
function Says({ who }: { readonly who: 'gateway' | 'provider' | 'application' | undefined }) {
  if (who === undefined) return null;
  return (
    <>
      {' '}
      <Badge tone={who === 'gateway' ? 'good' : 'plain'}>{who === 'gateway' ? 'seen by the gateway' : `${who} says`}</Badge>
    </>
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

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
