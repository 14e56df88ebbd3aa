import { useMemo } from 'react';
import type uPlot from 'uplot';
import { percent, plural } from './format.ts';
import { axisOf, Plot } from './plot.tsx';

const HEIGHT = 180;

export interface DayShares {
  readonly day: string;
  /** From 0 to 1; null where there is nothing to tell. */
  readonly first: number | null;
  readonly second: number | null;
}

interface DaySharesPlotProps {
  readonly days: readonly DayShares[];
  readonly names: readonly [string, string];
  /** Said of the last day, after its shares. */
  readonly note: string;
}

/** Two shares by day, as lines; nothing for fewer than two days. */
export function DaySharesPlot({ days, names, note }: DaySharesPlotProps) {
  const data = useMemo(
    (): uPlot.AlignedData => [
      days.map(({ day }) => Date.parse(day) / 1000),
      days.map(({ first }) => first),
      days.map(({ second }) => second),
    ],
    [days],
  );
  const last = days.at(-1);
  if (last === undefined || days.length < 2) return null;
  const [first, second] = names;
  return (
    <>
      <Plot
        data={data}
        height={HEIGHT}
        options={optionsOf}
        label={`${first} and ${second} over ${plural(days.length, 'day')}; last ${last.day}: ${first} ${textOf(last.first)}, ${second} ${textOf(last.second)} ${note}`}
      />
      <p className="plot-key">
        <span className="key key-bar">{first}</span>
        <span className="key key-line">{second}</span>
      </p>
    </>
  );
}

const textOf = (share: number | null): string => (share === null ? 'not known' : percent(share));

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
