import type { Comparison, Measure } from '../api/reports.ts';
import { Badge } from '../ui/badge.tsx';
import { compact, count, duration, money } from '../ui/format.ts';

/** What measures are called. */
export const MEASURE_NAMES: Readonly<Record<string, string>> = {
  firstAnswer: 'right at first',
  turns: 'turns',
  corrections: 'corrections',
  refinements: 'refinements',
  unresolved: 'unresolved',
  costUsd: 'cost of a thread',
  latencyMs: 'time to an answer',
  answerTokens: 'length of an answer',
  repetition: 'repetition',
};

/** Each measure of both models, their difference with its interval, and whether it holds. */
export function MeasuresTable({ comparison: { a, b, measures } }: { readonly comparison: Comparison }) {
  return (
    <div className="measures-box" tabIndex={0} role="group" aria-label="Measures">
      <table className="small-table measures">
        <thead>
          <tr>
            <th scope="col">Measure</th>
            <th scope="col" className="number">
              {a.model}
            </th>
            <th scope="col" className="number">
              {b.model}
            </th>
            <th scope="col" className="number">
              Difference
            </th>
            <th scope="col" className="number">
              Threads
            </th>
            <th scope="col">Holds</th>
          </tr>
        </thead>
        <tbody>
          {measures.map((measure) => (
            <Row key={measure.name} measure={measure} modelA={a.model} modelB={b.model} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ measure, modelA, modelB }: { readonly measure: Measure; readonly modelA: string; readonly modelB: string }) {
  const { name, unit, means, figures, holds } = measure;
  const heading = (
    <th scope="row" title={means}>
      {MEASURE_NAMES[name] ?? name}
    </th>
  );
  if (figures === null)
    return (
      <tr>
        {heading}
        <td className="muted" colSpan={5}>
          too little measured on shared topics
        </td>
      </tr>
    );
  const [low, high] = figures.interval;
  return (
    <tr>
      {heading}
      <td className="number" data-name={modelA}>
        {show(unit, figures.a)}
      </td>
      <td className="number" data-name={modelB}>
        {show(unit, figures.b)}
      </td>
      <td className="number" data-name="difference">
        {signed(unit, figures.difference)}{' '}
        <span className="muted">
          {signed(unit, low)} to {signed(unit, high)}
        </span>
      </td>
      <td className="number" data-name="threads">
        {count(figures.nA)}, {count(figures.nB)}
      </td>
      <td>
        {holds ? (
          <Badge tone="good" title="Stands at a false discovery rate of 5% over all measures">
            {winnerOf(measure, modelA, modelB)} better
          </Badge>
        ) : (
          <span className="muted">may be chance, p {figures.p < 0.001 ? '< 0.001' : figures.p.toFixed(2)}</span>
        )}
      </td>
    </tr>
  );
}

const winnerOf = ({ better, figures }: Measure, a: string, b: string): string | null =>
  figures === null || figures.difference === 0 ? null : figures.difference > 0 === (better === 'higher') ? b : a;

export function show(unit: Measure['unit'], value: number): string {
  switch (unit) {
    case 'share':
      return `${(value * 100).toFixed(1)}%`;
    case 'USD':
      return money(value);
    case 'ms':
      return duration(value);
    case 'tokens':
      return compact(Math.round(value));
    default:
      return value.toFixed(2);
  }
}

const signed = (unit: Measure['unit'], value: number): string =>
  value === 0 ? 'none' : `${value > 0 ? '+' : '−'}${show(unit, Math.abs(value))}`;
