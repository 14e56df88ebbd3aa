import type { ReactNode } from 'react';
import type { RequestView, Stages } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { runAddress } from '../route/url.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { count, dateTime, duration, money, percent, words } from '../ui/format.ts';

/** Everything else that is known of the request, for those who go on in another tool. */
export function Facts({ request }: { readonly request: RequestView }) {
  return (
    <section className="card" aria-labelledby="facts-title">
      <h3 id="facts-title">Metadata</h3>
      <dl className="facts">
        <Id name="Request" value={request.id} />
        <Id name="Run" value={request.runId} href={request.runId === null ? undefined : runAddress(request.runId)} />
        <Id name="Trace" value={request.trace?.traceId} />
        {request.traceUrl && (
          <Fact name="">
            <a href={request.traceUrl} target="_blank" rel="noreferrer">
              Open the trace <span aria-hidden="true">↗</span>
            </a>
          </Fact>
        )}
        <Id name="Span" value={request.trace?.spanId} />
        <Id name="Correlation" value={request.correlationId} />
        <Id name="Session" value={request.session} />
        {request.declaredSession !== null && (
          <Id name={`Declared by ${request.declaredSession.source}`} value={request.declaredSession.id} />
        )}
        <Fact name="Time">{dateTime(request.at)}</Fact>
        <Took request={request} />
        <Fact name="Status">{statusOf(request)}</Fact>
        <Tokens request={request} />
        <Fact name="Cost">{money(request.costUsd)}</Fact>
        <Fact name="Provider">
          {request.provider ?? 'unknown'}, {request.dialect}
        </Fact>
        {request.model?.fingerprint !== undefined && <Id name="Fingerprint" value={request.model.fingerprint} />}
        {request.gateway !== null && <Fact name="Gateway">{gatewayOf(request.gateway)}</Fact>}
        {request.sampling !== null && (
          <Fact name="Sampled">
            {request.sampling.rule ?? request.sampling.reason}, {percent(request.sampling.probability)} are kept
          </Fact>
        )}
        <Redactions counts={request.redactions} />
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface IdProps {
  readonly name: string;
  readonly value: string | null | undefined;
  readonly href?: string | undefined;
}

function Id({ name, value, href }: IdProps) {
  if (value === null || value === undefined || value === '') return null;
  return (
    <Fact name={name}>
      <span className="id">
        {href === undefined ? (
          <code title={value}>{value}</code>
        ) : (
          <Link href={href} title={value}>
            <code>{value}</code>
          </Link>
        )}
        <CopyButton text={value} what={`${name.toLowerCase()} id`} />
      </span>
    </Fact>
  );
}

function statusOf({ status, error }: RequestView): string {
  if (status === null) return 'unknown';
  const parts = [status.outcome, status.http === undefined ? '' : `HTTP ${status.http}`, status.finishReason ?? '', error?.stage ?? ''];
  return parts
    .filter((part) => part !== '')
    .map(words)
    .join(', ');
}

function gatewayOf({ kind, route, service, consumer, instance }: NonNullable<RequestView['gateway']>): string {
  const named = [route && `route ${route}`, service && `service ${service}`, consumer && `consumer ${consumer}`, instance];
  return [kind, ...named.filter((part) => part !== undefined && part !== '')].join(', ');
}

function Tokens({ request: { usage } }: { readonly request: RequestView }) {
  if (usage === null) return null;
  const extra = [
    usage.cacheReadTokens ? `${count(usage.cacheReadTokens)} from cache` : '',
    usage.reasoningTokens ? `${count(usage.reasoningTokens)} reasoning` : '',
  ].filter((part) => part !== '');
  return (
    <Fact name="Tokens">
      {count(usage.inputTokens ?? 0)} in, {count(usage.outputTokens ?? 0)} out
      {extra.length > 0 && <span className="muted"> ({extra.join(', ')})</span>}
    </Fact>
  );
}

const STAGES: readonly (readonly [keyof Stages, string])[] = [
  ['ingressMs', 'gateway'],
  ['guardrailMs', 'guardrail'],
  ['routingMs', 'provider'],
  ['responseMs', 'answer'],
];
const STAGES_PX = 200;

/** How long it took, and which stage took it. */
function Took({ request: { at, endedAt, stages } }: { readonly request: RequestView }) {
  if (endedAt === null) return null;
  const parts = STAGES.flatMap(([field, name]) => {
    const ms = stages?.[field];
    return ms === undefined ? [] : [{ field, name, ms }];
  });
  const total = parts.reduce((sum, { ms }) => sum + ms, 0);
  const widths = parts.map(({ ms }) => (ms / total) * STAGES_PX);
  return (
    <Fact name="Took">
      {duration(Date.parse(endedAt) - Date.parse(at))}
      {total > 0 && (
        <>
          <svg className="stages" viewBox={`0 0 ${STAGES_PX} 8`} preserveAspectRatio="none" aria-hidden="true">
            {parts.map(({ field }, index) => (
              <rect
                key={field}
                className={`stage-${field}`}
                x={widths.slice(0, index).reduce((sum, width) => sum + width, 0)}
                width={Math.max(0, (widths[index] ?? 0) - 1)}
                height="8"
              />
            ))}
          </svg>
          <span className="stage-names">
            {parts.map(({ field, name, ms }) => (
              <span key={field} className={`stage-name name-${field}`}>
                {name} {duration(ms)}
              </span>
            ))}
          </span>
        </>
      )}
    </Fact>
  );
}

function Redactions({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const entries = Object.entries(counts).filter(([, found]) => found > 0);
  if (entries.length === 0) return null;
  return <Fact name="Redacted">{entries.map(([type, found]) => `${found} × ${type}`).join(', ')}</Fact>;
}
