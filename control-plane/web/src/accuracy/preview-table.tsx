import type { Preview, TuningOutcome } from '../api/accuracy.ts';
import { count, plural } from '../ui/format.ts';

const ROWS: readonly (readonly [string, (outcome: TuningOutcome) => number | null, 'more' | 'less'])[] = [
  ['precision', ({ precision }) => precision, 'more'],
  ['recall', ({ recall }) => recall, 'more'],
  ['link F1', ({ f1 }) => f1, 'more'],
  ['B³ F1', ({ bCubed }) => bCubed.f1, 'more'],
  ['calibration error', ({ ece }) => ece, 'less'],
];
/** Smaller differences than this are called none. */
const SAME = 0.0005;

/** What a calibration would change, on the newest part of the evidence, which it did not learn from. */
export function PreviewTable({ preview: { learnedFrom, heldOut, before, after } }: { readonly preview: Preview }) {
  return (
    <>
      <table className="small-table">
        <thead>
          <tr>
            <th scope="col">On {plural(heldOut.n, 'decision')} held out</th>
            <th scope="col" className="number">
              now
            </th>
            <th scope="col" className="number">
              then
            </th>
            <th scope="col" className="number">
              change
            </th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([name, read, better]) => (
            <Row key={name} name={name} before={read(before)} after={read(after)} better={better} />
          ))}
          <tr>
            <th scope="row">false joins</th>
            <td className="number">{count(before.falseJoins)}</td>
            <td className="number">{count(after.falseJoins)}</td>
            <td className="number">{count(after.falseJoins - before.falseJoins)}</td>
          </tr>
        </tbody>
      </table>
      <p className="hint">Learned from {plural(learnedFrom.n, 'decision')} before them.</p>
    </>
  );
}

interface RowProps {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly better: 'more' | 'less';
}

function Row({ name, before, after, better }: RowProps) {
  const change = before === null || after === null ? null : after - before;
  const isGood = change !== null && (better === 'more' ? change > 0 : change < 0);
  const tone = change === null || Math.abs(change) < SAME ? 'muted' : isGood ? 'cell-good' : 'cell-bad';
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{before?.toFixed(3) ?? '–'}</td>
      <td className="number">{after?.toFixed(3) ?? '–'}</td>
      <td className={`number ${tone}`}>{change === null ? '–' : Math.abs(change) < SAME ? 'none' : signed(change)}</td>
    </tr>
  );
}

const signed = (change: number): string => `${change > 0 ? '+' : '−'}${Math.abs(change).toFixed(3)}`;
