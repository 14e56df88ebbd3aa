import type { Part, RunDetail, Source } from '../api/runs.ts';
import { Badge } from '../ui/badge.tsx';
import { count, plural, words } from '../ui/format.ts';
import { Block, PartList } from './parts.tsx';

const READINGS = {
  stand_ins: { name: 'stand-ins', why: 'Personal values were replaced before the provider was called, and put back in its answer.' },
  nothing_found: { name: 'nothing to replace', why: 'Values are kept from the provider, and the request held none.' },
  originals: { name: 'originals', why: 'Values should have been replaced, could not be, and the policy let the request pass.' },
  nothing: { name: 'nothing', why: 'Values could not be replaced, so the request was refused at the gateway.' },
} as const;

/** What the run was composed of, block by block, in the order in which it came together. */
export function Composition({ run }: { readonly run: RunDetail }) {
  const { composition } = run.record;
  const who = (name: string): Source | undefined => run.provenance?.[`/composition/${name}`];
  const {
    instructions = [],
    tools = [],
    context = [],
    retrieval,
    responseFormat,
    routing,
    variant,
    upstream,
    input,
    output,
    attempts = [],
  } = composition;
  return (
    <section className="run-parts" aria-labelledby="composition-title">
      <h2 id="composition-title">Composition</h2>
      <Block title="Instructions" who={who('instructions')}>
        <Some parts={instructions} name="Instructions" none="No system or developer message" />
      </Block>
      <Block title="Tools" who={who('tools')}>
        <Some parts={tools} name="Tools" none="No tools" />
      </Block>
      <Block title="Retrieved context" who={who('context')}>
        <Some parts={context} name="Retrieved context" none="No context that the application marked" />
      </Block>
      {retrieval && (
        <Block title="Retrieval as declared" who={who('retrieval')}>
          <Retrieved name="Selected" parts={retrieval.selected} />
          <Retrieved name="Discarded" parts={retrieval.discarded} />
        </Block>
      )}
      <History run={run} />
      <Parameters run={run} />
      {responseFormat && (
        <Block title="Response format" who={who('responseFormat')}>
          <PartList parts={[responseFormat]} name="Response format" />
        </Block>
      )}
      {routing && (
        <Block title="Configuration of the gateway" who={who('routing')}>
          <PartList parts={[{ name: 'route, service and AI plugin', ...routing }]} name="Configuration" />
        </Block>
      )}
      {variant !== undefined && (
        <Block title="Variant" who={who('variant')}>
          <p>{variant}</p>
        </Block>
      )}
      {upstream && (
        <Block title="What the provider read" who={who('upstream')}>
          <p>
            <Badge tone={upstream.read === 'originals' ? 'warn' : 'good'}>{READINGS[upstream.read].name}</Badge>{' '}
            {READINGS[upstream.read].why}
            {upstream.reason !== undefined && <span className="muted"> ({words(upstream.reason)})</span>}
          </p>
        </Block>
      )}
      {attempts.length > 0 && (
        <Block title="Attempts" who={who('attempts')}>
          <ol className="parts" aria-label="Attempts">
            {attempts.map(({ model, status, reason }, index) => (
              <li key={index} className="part">
                <span className="part-name">
                  {count(index + 1)}. {model}
                </span>
                <span className="muted">
                  {[status, reason && words(reason)].filter((value) => value !== undefined).join(' · ') || 'answered'}
                </span>
              </li>
            ))}
          </ol>
        </Block>
      )}
      <Block title="Input and output" who={who('input')}>
        <Some parts={[named('input', input), named('output', output)].flat()} name="Input and output" none="Nothing committed" />
      </Block>
      <p className="hint">
        Parts are kept as digests, never as text. <Badge tone="good">checkable</Badge> whoever holds the approved text can compare its
        SHA-256. <Badge>sealed</Badge> the digest is salted, since the text may hold a person&rsquo;s data.
      </p>
    </section>
  );
}

const named = (name: string, given: Part | undefined): readonly Part[] => (given === undefined ? [] : [{ name, ...given }]);

function Some({ parts, name, none }: { readonly parts: readonly Part[]; readonly name: string; readonly none: string }) {
  return parts.length === 0 ? <p className="muted">{none}</p> : <PartList parts={parts} name={name} />;
}

function Retrieved({ name, parts }: { readonly name: string; readonly parts: readonly Part[] | undefined }) {
  if (parts === undefined) return null;
  return (
    <>
      <p className="muted">{parts.length === 0 ? `${name}: none` : `${name}, in the application's order`}</p>
      {parts.length > 0 && <PartList parts={parts} name={name} />}
    </>
  );
}

function History({ run }: { readonly run: RunDetail }) {
  const { record, truncation, provenance } = run;
  return (
    <Block title="History" who={provenance?.['/history']}>
      <p>
        {plural(record.history.length, 'message')}
        {record.history.truncated ? ', which begin with a summary or are more than are digested' : ''}
      </p>
      {truncation && (
        <p>
          <Badge tone="warn">{truncation.kind}</Badge> {plural(truncation.dropped, 'earlier message')} of the thread{' '}
          {truncation.dropped === 1 ? 'is' : 'are'} no longer sent <span className="muted">(found by linking, not part of the record)</span>
        </p>
      )}
    </Block>
  );
}

function Parameters({ run }: { readonly run: RunDetail }) {
  const parameters = Object.entries(run.record.parameters);
  return (
    <Block title="Parameters and safety settings" who={run.provenance?.['/parameters']}>
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
    </Block>
  );
}
