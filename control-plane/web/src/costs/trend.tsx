import type { CostDay } from '../api/reports.ts';
import { money, plural } from '../ui/format.ts';

const DAY_MS = 86_400_000;
const HEIGHT = 100;
/** Few days make a narrow picture, not wide bars. */
const DAY_PX = 48;
const LEAST_PX = 360;

/** Every day from the first to the last: what had no request cost nothing. */
export function everyDay(days: readonly CostDay[]): readonly CostDay[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const known = new Map(days.map((day) => [day.day, day]));
  const begin = Date.parse(first.day);
  return Array.from({ length: Math.round((Date.parse(last.day) - begin) / DAY_MS) + 1 }, (_, at) => {
    const day = new Date(begin + at * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, requests: 0, costUsd: 0 };
  });
}

/** Cost a day: a picture, and the same as a table. */
export function Trend({ days }: { readonly days: readonly CostDay[] }) {
  const all = everyDay(days);
  const most = Math.max(...all.map(({ costUsd }) => costUsd));
  const dearest = all.find(({ costUsd }) => costUsd === most);
  if (all.length < 2 || dearest === undefined || most === 0) return null;
  return (
    <section className="cost-trend" aria-labelledby="trend-title" style={{ maxInlineSize: Math.max(LEAST_PX, all.length * DAY_PX) }}>
      <h2 id="trend-title" className="findings-title">
        Cost a day
      </h2>
      <svg className="sparkline trend-bars" viewBox={`0 0 ${all.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {all.map(({ day, costUsd }, at) => {
          const height = (costUsd / most) * HEIGHT;
          return <rect key={day} x={at + 0.1} y={HEIGHT - height} width="0.8" height={height} />;
        })}
      </svg>
      <p className="trend-axis" aria-hidden="true">
        <span>{all[0]?.day}</span>
        <span>
          most: {money(most)} on {dearest.day}
        </span>
        <span>{all.at(-1)?.day}</span>
      </p>
      <details className="graph-table">
        <summary>Day by day</summary>
        <table className="small-table">
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" className="number">
                Cost
              </th>
              <th scope="col" className="number">
                Requests
              </th>
            </tr>
          </thead>
          <tbody>
            {all.toReversed().map(({ day, costUsd, requests }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                <td className="number">{money(costUsd)}</td>
                <td className="number">{plural(requests, 'request')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
