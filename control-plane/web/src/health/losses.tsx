import { byLabel, type Sample } from '../api/health.ts';
import { count, words } from '../ui/format.ts';

/** Counters of what was not kept or delivered: where, which metric, and its label that says why. */
const COUNTERS: readonly (readonly [where: string, metric: string, label: string, except?: readonly string[]])[] = [
  ['Refused at the door', 'clew_samples_rejected_total', 'code'],
  ['Lost in processing', 'clew_samples_dropped_total', 'reason'],
  ['Not sent by gateways', 'clew_gateway_dropped_total', 'reason'],
  ['Spans', 'clew_spans_total', 'outcome', ['exported']],
  ['Alerts told', 'clew_alert_posts_total', 'outcome', ['delivered']],
];

/** What was lost since the start, each by its reason. */
export function Losses({ samples }: { readonly samples: readonly Sample[] }) {
  const rows = COUNTERS.flatMap(([where, metric, label, except = []]) =>
    byLabel(samples, metric, label)
      .filter(([reason]) => !except.includes(reason))
      .map(([reason, value]) => ({ where, reason, value })),
  );
  return (
    <section aria-labelledby="losses-title">
      <h2 id="losses-title" className="findings-title">
        Not kept or delivered
      </h2>
      {rows.length === 0 ? (
        <p className="hint">Nothing since the start, as far as this token may see.</p>
      ) : (
        <table className="small-table health-table">
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">Why</th>
              <th scope="col" className="number">
                Since the start
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ where, reason, value }) => (
              <tr key={`${where} ${reason}`}>
                <th scope="row">{where}</th>
                <td>{words(reason)}</td>
                <td className="number">{count(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
