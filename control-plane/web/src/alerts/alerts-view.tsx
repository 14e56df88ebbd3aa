import { listAlerts } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Alert } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { alertAddress, listAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ago, dateTime, duration } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';

const POLL_MS = 5000;

/** What Alertmanager sent, newest first. */
export function AlertsView() {
  const { data, problem, reload } = useResource('alerts', listAlerts, POLL_MS);
  const now = useNow();
  useTitle('Alerts');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading alerts" />;
  return (
    <>
      <section className="filters" aria-label="About">
        <h1 className="page-title">Alerts</h1>
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      {data.items.length === 0 ? (
        <NoAlerts />
      ) : (
        <div className="table alerts-table">
          <div className="columns" aria-hidden="true">
            <span>Alert</span>
            <span>Status</span>
            <span className="number">Lasted</span>
            <span className="number">Began</span>
          </div>
          <ol className="rows" aria-label="Alerts">
            {data.items.map((alert) => (
              <Row key={alert.id} alert={alert} nowMs={now} />
            ))}
          </ol>
        </div>
      )}
    </>
  );
}

function Row({ alert, nowMs }: { readonly alert: Alert; readonly nowMs: number }) {
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
