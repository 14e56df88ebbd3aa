import { useMemo } from 'react';
import type uPlot from 'uplot';
import type { Bin } from '../api/accuracy.ts';
import { count, percent } from '../ui/format.ts';
import { axisOf, Plot } from '../ui/plot.tsx';

interface ReliabilityProps {
  readonly bins: readonly Bin[];
  readonly ece: number | null;
}

const HEIGHT = 260;
/** Shares of fewer decisions say little: they stand apart from the line. */
const FEW = 10;

/** How often decisions were right, by how sure they said they were: on the line the two are the same. */
export function Reliability({ bins, ece }: ReliabilityProps) {
  const filled = useMemo(() => bins.filter(({ stated, right }) => stated !== null && right !== null), [bins]);
  const data = useMemo(() => dataOf(filled), [filled]);
  return (
    <section className="card" aria-labelledby="reliability-title">
      <h2 id="reliability-title">Stated confidence against truth</h2>
      {filled.length === 0 ? (
        <p className="hint">Nothing was judged in this time.</p>
      ) : (
        <>
          <Plot
            data={data}
            height={HEIGHT}
            options={optionsOf}
            label={`Reliability: ${filled.map(({ stated, right, n }) => `stated ${percent(stated ?? 0)}, right ${percent(right ?? 0)} of ${count(n)}`).join('; ')}`}
          />
          <p className="plot-key">
            <span className="key key-bar">right, by stated confidence</span>
            <span className="key key-line">perfectly calibrated</span>
            {filled.some(({ n }) => n < FEW) && <span className="key key-ring">of fewer than {FEW} decisions</span>}
            <span className="key key-soft">how many</span>
          </p>
          <p>
            Expected calibration error <strong>{ece === null ? '–' : ece.toFixed(3)}</strong>{' '}
            <span className="muted">the mean distance from the line</span>
          </p>
          <Table bins={filled} />
        </>
      )}
    </section>
  );
}

function Table({ bins }: { readonly bins: readonly Bin[] }) {
  return (
    <details>
      <summary>As figures</summary>
      <table className="small-table">
        <thead>
          <tr>
            <th scope="col">Stated</th>
            <th scope="col" className="number">
              Right
            </th>
            <th scope="col" className="number">
              Decisions
            </th>
          </tr>
        </thead>
        <tbody>
          {bins.map(({ from, to, n, stated, right }) => (
            <tr key={from}>
              <th scope="row">
                {percent(stated ?? 0)} <span className="muted">{`${from.toFixed(1)}–${to.toFixed(1)}`}</span>
              </th>
              <td className="number">{percent(right ?? 0)}</td>
              <td className="number">{count(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** The line of perfect calibration needs both ends, which no bin has. */
function dataOf(bins: readonly Bin[]): uPlot.AlignedData {
  const points = [{ x: 0 }, ...bins.map((bin) => ({ x: bin.stated ?? 0, bin })), { x: 1 }] as readonly { x: number; bin?: Bin }[];
  return [
    points.map(({ x }) => x),
    points.map(({ bin }) => bin?.n ?? null),
    points.map(({ x }) => x),
    points.map(({ bin }) => (bin !== undefined && bin.n >= FEW ? bin.right : null)),
    points.map(({ bin }) => (bin !== undefined && bin.n < FEW ? bin.right : null)),
  ];
}

const optionsOf: React.ComponentProps<typeof Plot>['options'] = (colours) => ({
  padding: [8, 24, 0, 0],
  legend: { show: false },
  cursor: { show: false },
  scales: { x: { time: false, range: [0, 1] }, y: { range: [0, 1] }, n: { range: (_plot, _low, high) => [0, Math.max(1, high * 4)] } },
  axes: [
    axisOf(colours, { splits: FIFTHS, values: asPercent, size: 26 }),
    axisOf(colours, { scale: 'y', splits: FIFTHS, values: asPercent, size: 44 }),
  ],
  series: [
    {},
    { scale: 'n', stroke: colours.line, width: 10, paths: stems, points: { show: false } },
    { scale: 'y', stroke: colours.soft, width: 1, dash: [4, 4], points: { show: false } },
    {
      scale: 'y',
      stroke: colours.accent,
      width: 2,
      spanGaps: true,
      points: { show: true, size: 8, fill: colours.accent, stroke: colours.accent },
    },
    { scale: 'y', width: 0, points: { show: true, size: 7, width: 1.5, fill: 'transparent', stroke: colours.soft } },
  ],
});

const FIFTHS = (): number[] => [0, 0.2, 0.4, 0.6, 0.8, 1];
const asPercent = (_plot: uPlot, values: number[]): string[] => values.map(percent);

/** A stem from the ground for each value. */
const stems: uPlot.Series.PathBuilder = (plot, series, from, to) => {
  const path = new Path2D();
  const values = plot.data[series];
  for (let at = from; at <= to; at++) {
    const value = values?.[at];
    if (value === null || value === undefined) continue;
    const x = Math.round(plot.valToPos(plot.data[0][at] ?? 0, 'x', true));
    path.moveTo(x, plot.valToPos(0, 'n', true));
    path.lineTo(x, plot.valToPos(value, 'n', true));
  }
  return { stroke: path };
};
