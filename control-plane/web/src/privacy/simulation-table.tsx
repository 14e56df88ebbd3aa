import type { Kept, Simulation } from '../api/privacy.ts';
import { bytes, count, dateTime, money } from '../ui/format.ts';

const rounded = (value: number): string => count(Math.round(value));
const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((total, value) => total + value, 0);

const ROWS: readonly (readonly [string, (kept: Kept) => string])[] = [
  ['Requests kept', (kept) => `${rounded(kept.requests)}${kept.standardError > 0 ? ` ± ${rounded(kept.standardError)}` : ''}`],
  ['Requests dropped', (kept) => rounded(kept.dropped)],
  ['with text', (kept) => rounded(kept.modes['full'] ?? 0)],
  ['with topic alone', (kept) => rounded(kept.modes['topic_only'] ?? 0)],
  ['metadata alone', (kept) => rounded(kept.modes['metadata_only'] ?? 0)],
  ['with vectors', (kept) => rounded(kept.embedded)],
  ['Written a day', (kept) => bytes(sum(kept.bytesPerDay))],
  ['Stored in the long run: text', (kept) => bytes(kept.bytesInTheLongRun['text'] ?? 0)],
  ['vectors', (kept) => bytes(kept.bytesInTheLongRun['vectors'] ?? 0)],
  ['metadata', (kept) => bytes(kept.bytesInTheLongRun['metadata'] ?? 0)],
  ['Charged by providers', (kept) => money(kept.costUsd)],
];

/** Both policies on the same stored traffic. */
export function SimulationTable({ simulation }: { readonly simulation: Simulation }) {
  const { from, to, stored, seen, now, then, goesAtOnce } = simulation;
  const shorter = Object.entries(goesAtOnce);
  return (
    <section aria-labelledby="simulation-title">
      <h3 id="simulation-title" className="findings-title">
        On the traffic of {dateTime(from)} to {dateTime(to)}
      </h3>
      <p className="hint">
        {count(stored)} stored requests, which stand for {rounded(seen)}. Expected figures; budgets a minute and rescued requests are left
        out.
      </p>
      <div className="scroll-x" role="region" aria-label="Simulation" tabIndex={0}>
        <table className="small-table privacy-table">
          <thead>
            <tr>
              <th scope="col">Expected</th>
              <th scope="col" className="number">
                Policy in force
              </th>
              <th scope="col" className="number">
                This one
              </th>
            </tr>
          </thead>
          <tbody>
            {ROWS.map(([name, read]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">{read(now)}</td>
                <td className="number">{read(then) === read(now) ? <span className="muted">same</span> : read(then)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shorter.length > 0 && (
        <p className="consequence">
          The next purge would take what is older than{' '}
          {shorter.map(([name, [was, will]]) => `${will} instead of ${was} days (${name})`).join(', ')}.
        </p>
      )}
    </section>
  );
}
