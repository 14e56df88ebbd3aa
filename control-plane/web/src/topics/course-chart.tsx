import { useMemo } from 'react';
import uPlot from 'uplot';
import type { TopicDay } from '../api/views.ts';
import { count, plural } from '../ui/format.ts';
import { axisOf, Plot } from '../ui/plot.tsx';

interface CourseChartProps {
  readonly days: readonly string[];
  readonly perDay: readonly TopicDay[];
}

const HEIGHT = 180;
const HALF_DAY = 43_200;

/** People of a topic by day, and those of them with a thread that went badly. Days without the topic are left empty. */
export function CourseChart({ days, perDay }: CourseChartProps) {
  const data = useMemo((): uPlot.AlignedData => {
    const byDay = new Map(perDay.map((one) => [one.day, one]));
    return [
      days.map((day) => Date.parse(day) / 1000),
      days.map((day) => byDay.get(day)?.users ?? null),
      days.map((day) => byDay.get(day)?.unhappy ?? null),
    ];
  }, [days, perDay]);
  const last = perDay.at(-1);
  return (
    <>
      <Plot
        data={data}
        height={HEIGHT}
        options={optionsOf}
        label={`People by day, over ${plural(days.length, 'day')}${last ? `; last ${last.day}: ${count(last.users)}, of them unhappy ${count(last.unhappy)}` : ''}`}
      />
      <p className="plot-key">
        <span className="key key-bar">people</span>
        <span className="key key-line">of them with a thread that went badly</span>
      </p>
    </>
  );
}

const optionsOf: React.ComponentProps<typeof Plot>['options'] = (colours) => {
  const paths = uPlot.paths.bars?.({ size: [0.7, 26], radius: 0.1 });
  return {
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    // Room for half a bar at both ends.
    scales: {
      x: { time: true, range: (_plot, from, to) => [from - HALF_DAY, to + HALF_DAY] },
      y: { range: (_plot, _low, high) => [0, Math.max(4, high * 1.1)] },
    },
    axes: [
      axisOf(colours, { size: 26, grid: { show: false }, space: 90, values: (_plot, times) => times.map((time) => dayText(time)) }),
      axisOf(colours, { scale: 'y', size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 20_000, 100_000] }),
    ],
    series: [
      {},
      { scale: 'y', fill: colours.accent, width: 0, points: { show: false }, ...(paths ? { paths } : {}) },
      { scale: 'y', stroke: colours.bad, width: 2, spanGaps: false, points: { show: true, size: 5, fill: colours.bad } },
    ],
  };
};

const dayName = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const dayText = (seconds: number): string => dayName.format(new Date(seconds * 1000));
