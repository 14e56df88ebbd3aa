import { listAlerts, type ListedAlert } from '../api/alerts.ts';
import { usePages } from '../api/use-pages.ts';
import { Link } from '../route/link.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { alertAddress, alertsAddress, listAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { Choice } from '../ui/choice.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ago, dateTime, duration, plural } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { Older } from '../ui/older.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { dimensionOf, nameOf } from './words.ts';

const POLL_MS = 5000;

const STATUSES: readonly (readonly [string, string])[] = [
  ['firing', 'firing'],
  ['resolved', 'resolved'],
];

/** What Alertmanager and others sent, newest first, each with what is likeliest behind it. */
export function AlertsView({ status }: { readonly status: string | undefined }) {
  const { items, problem, hasMore, isLoadingMore, loadMore, reload } = usePages<ListedAlert>(
    `alerts ${status ?? ''}`,
    (cursor, signal) => listAlerts({ status, cursor }, signal),
    POLL_MS,
  );
  const now = useNow();
  useTitle('Alerts');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  if (items === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading alerts" />;
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Alerts</h1>
        <Choice label="Status" all="any status" value={status} options={STATUSES} onChoose={(chosen) => navigate(alertsAddress(chosen))} />
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      {items.length === 0 ? (
        status === undefined ? (
          <NoAlerts />
        ) : (
          <p className="nothing">No alert is {status}.</p>
        )
      ) : (
        <Listing
          label="Alerts"
          className="alerts-table"
          columns={['Alert', 'Likeliest cause', 'Status', figures('Lasted'), figures('Began')]}
        >
          {items.map((alert) => (
            <Row key={alert.id} alert={alert} nowMs={now} />
          ))}
        </Listing>
      )}
      {hasMore && <Older isLoading={isLoadingMore} onLoad={loadMore} text="Show older alerts" />}
    </>
  );
}

function Row({ alert, nowMs }: { readonly alert: ListedAlert; readonly nowMs: number }) {
  const lastedMs = (alert.endsAt === null ? nowMs : Date.parse(alert.endsAt)) - Date.parse(alert.startsAt);
  return (
    <li className="row">
      <div className="cell-prompt">
        <Link data-row className="row-link" href={alertAddress(alert.id)}>
          {alert.name}
        </Link>
        <div className="row-tags">
          {Object.entries(alert.labels)
            .filter(([name]) => name !== 'alertname')
            .slice(0, 6)
            .map(([name, value]) => (
              <span key={name}>
                {name}={value}
              </span>
            ))}
        </div>
      </div>
      <div className="cell-cause">
        <Cause alert={alert} />
      </div>
      <div>
        <Badge tone={alert.status === 'firing' ? 'bad' : 'good'}>{alert.status}</Badge>
      </div>
      <div className="number">{duration(Math.max(0, lastedMs))}</div>
      <div className="cell-time number">
        <time dateTime={alert.startsAt} title={dateTime(alert.startsAt)}>
          {ago(alert.startsAt, nowMs)}
        </time>
      </div>
    </li>
  );
}

function Cause({ alert: { first, findings } }: { readonly alert: ListedAlert }) {
  if (findings === null) return <span className="muted">not looked at yet</span>;
  if (first === null) return <span className="muted">nothing stands out</span>;
  return (
    <>
      <span className="muted">{dimensionOf(first)}</span> <span dir="auto">{nameOf(first)}</span>
      {findings > 1 && <span className="muted"> and {plural(findings - 1, 'more finding')}</span>}
    </>
  );
}

function NoAlerts() {
  const text = `receivers:
  - name: clew
    webhook_configs:
      - url: ${location.origin}/v1/alerts/alertmanager
        send_resolved: true
        http_config:
          authorization:
            credentials: A_TOKEN`;
  return (
    <div className="empty">
      <p className="empty-text">
        No alerts yet. Let Alertmanager send them here; each then tells which models, topics, positions and outcomes stand out in its time.
      </p>
      <div className="snippet snippet-alone">
        <pre tabIndex={0} aria-label="Alertmanager configuration">
          <code>{text}</code>
        </pre>
        <CopyButton text={text} what="the Alertmanager configuration" />
      </div>
    </div>
  );
}
