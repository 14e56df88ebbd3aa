import { useMemo } from 'react';
import type uPlot from 'uplot';
import type { Day } from '../api/accuracy.ts';
import { percent, plural } from '../ui/format.ts';
import { axisOf, Plot } from '../ui/plot.tsx';

const HEIGHT = 180;

/** Precision and recall by day. */
export function Days({ days }: { readonly days: readonly Day[] }) {
  const data = useMemo(
    (): uPlot.AlignedData => [
      days.map(({ day }) => Date.parse(day) / 1000),
      days.map(({ precision }) => precision),
      days.map(({ recall }) => recall),
    ],
    [days],
  );
  const last = days.at(-1);
  if (last === undefined || days.length < 2) return null;
  return (
    <section className="card" aria-labelledby="days-title">
      <h2 id="days-title">By day</h2>
      <Plot
        data={data}
        height={HEIGHT}
        options={optionsOf}
        label={`Precision and recall over ${plural(days.length, 'day')}; last ${last.day}: precision ${textOf(last.precision)}, recall ${textOf(last.recall)} of ${last.n}`}
      />
      <p className="plot-key">
        <span className="key key-bar">precision</span>
        <span className="key key-line">recall</span>
      </p>
    </section>
  );
}

const textOf = (share: number | null): string => (share === null ? 'not judged' : percent(share));

const optionsOf: React.ComponentProps<typeof Plot>['options'] = (colours) => ({
  padding: [8, 24, 0, 0],
  legend: { show: false },
  cursor: { show: false },
  scales: { x: { time: true }, y: { range: [0, 1] } },
  axes: [
    axisOf(colours, { size: 26, grid: { show: false }, space: 90, values: (_plot, times) => times.map((time) => dayText(time)) }),
    axisOf(colours, { scale: 'y', splits: () => [0, 0.5, 1], values: (_plot, values) => values.map(percent), size: 44 }),
  ],
  series: [
    {},
    { scale: 'y', stroke: colours.accent, width: 2, spanGaps: true, points: { show: true, size: 5, fill: colours.accent } },
    { scale: 'y', stroke: colours.soft, width: 1.5, spanGaps: true, points: { show: true, size: 4, fill: colours.soft } },
  ],
});

const dayName = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const dayText = (seconds: number): string => dayName.format(new Date(seconds * 1000));
