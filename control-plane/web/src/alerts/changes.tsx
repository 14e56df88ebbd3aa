import type { AlertChange } from '../api/alerts.ts';
import { Link } from '../route/link.tsx';
import { runAddress } from '../route/url.ts';
import { dateTime, duration, percent } from '../ui/format.ts';
import { placeOf, valueOf } from './words.ts';

const HOW: Readonly<Record<AlertChange['how'], string>> = {
  appeared: 'new',
  gone: 'gone',
  more: 'more often',
  less: 'less often',
  'took effect': 'took effect',
};

interface ChangesProps {
  readonly changes: readonly AlertChange[];
  /** When the incident began. */
  readonly beginsAt: string;
}

/** What became different around the beginning: deploys, policies and gateways that were told, then what runs show. */
export function Changes({ changes, beginsAt }: ChangesProps) {
  return (
    <section aria-labelledby="changes-title">
      <h2 id="changes-title" className="findings-title">
        What changed just before
      </h2>
      {changes.length === 0 ? (
        <p className="nothing">
          Nothing that is seen here: no policy, no gateway, no deploy that a pipeline told of, and runs are composed as they were before.
        </p>
      ) : (
        <div className="measures-box" tabIndex={0} role="group" aria-label="Changes">
          <table className="small-table changes-table">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Value</th>
                <th scope="col">How</th>
                <th scope="col" className="number">
                  Runs before → after
                </th>
                <th scope="col">When</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <Row key={`${change.kind} ${change.what} ${change.value ?? ''}`} change={change} beginsAt={beginsAt} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ change, beginsAt }: { readonly change: AlertChange; readonly beginsAt: string }) {
  const { kind, value, how, at, share, example } = change;
  return (
    <tr>
      <th scope="row">
        {placeOf(change) !== kind && <span className="muted">{kind}</span>} {placeOf(change)}
      </th>
      <td title={value ?? undefined} dir="auto">
        {valueOf(change)}
      </td>
      <td>{kind === 'gateway' ? 'began' : HOW[how]}</td>
      <td className="number">
        {share === null ? (
          <span className="muted">–</span>
        ) : (
          <>
            {percent(share.before)} → {percent(share.after)}
            {example && (
              <>
                {' '}
                <Link href={runAddress(example.a, example.b)} aria-label={`Compare two runs by ${placeOf(change)}`}>
                  compare
                </Link>
              </>
            )}
          </>
        )}
      </td>
      <td>
        {at === null ? (
          <span className="muted">–</span>
        ) : (
          <time dateTime={at} title={dateTime(at)}>
            {fromBeginning(Date.parse(at) - Date.parse(beginsAt))}
          </time>
        )}
      </td>
    </tr>
  );
}

const fromBeginning = (ms: number): string =>
  Math.abs(ms) < 1_000 ? 'as it began' : `${duration(Math.abs(ms))} ${ms < 0 ? 'before' : 'after'}`;
