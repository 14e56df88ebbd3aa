import type { Accuracy, Figures, Rate } from '../api/accuracy.ts';
import { count } from '../ui/format.ts';
import { IntervalBar } from '../ui/interval-bar.tsx';

/** Precision and recall with their intervals, by what proved the truth. */
export function FiguresTable({ accuracy: { all, byEvidence, corrections } }: { readonly accuracy: Accuracy }) {
  const rows: readonly (readonly [string, string, Figures])[] = [
    ['All traffic that proves its threads', '', all],
    ['Declared by the client', 'a session or conversation id', byEvidence.declared],
    ['History that it carries', 'the client sends the conversation again', byEvidence.history],
    ['Put right by people', 'chosen by people: not to be compared with the others', corrections],
  ];
  return (
    <table className="figures-table">
      <thead>
        <tr>
          <th scope="col">Truth by</th>
          <th scope="col">Precision</th>
          <th scope="col">Recall</th>
          <th scope="col" className="number">
            Judged
          </th>
          <th scope="col" className="number">
            Users
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, hint, figures], index) => (
          <tr key={name} className={index === 0 ? 'figures-all' : undefined}>
            <th scope="row">
              {name}
              {hint !== '' && <span className="under">{hint}</span>}
            </th>
            <RateCell name="Precision" rate={figures.precision} />
            <RateCell name="Recall" rate={figures.recall} />
            <td className="number" data-name="Judged">
              {count(figures.n)}
            </td>
            <td className="number" data-name="Users">
              {figures.people === undefined ? '' : count(figures.people)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RateCell({ name, rate: { value, low, high } }: { readonly name: string; readonly rate: Rate }) {
  if (value === null || low === null || high === null)
    return (
      <td data-name={name}>
        <span className="muted">nothing to judge</span>
      </td>
    );
  return (
    <td data-name={name}>
      <span className="rate">
        <strong>{percentOf(value)}</strong>{' '}
        <span className="muted">
          {percentOf(low)} to {percentOf(high)}
        </span>
        <IntervalBar value={value} low={low} high={high} />
      </span>
    </td>
  );
}

const percentOf = (share: number): string => `${(share * 100).toFixed(1)}%`;
