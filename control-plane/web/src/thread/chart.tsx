import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { canvasColours, onThemeChange } from '../ui/canvas-colours.ts';
import type { Bar } from './bar.ts';

interface ChartProps {
  readonly bars: readonly Bar[];
  /** Indexes of bars; -1 for none. */
  readonly selected: number;
  readonly breakdown: number;
  /** Said in place of the picture. */
  readonly label: string;
  readonly onHover: (bar: number | null) => void;
  readonly onChoose: (bar: number) => void;
}

const HEIGHT = 80;
const WIDEST_BAR = 26;
/** A bar for similarity zero still shows that the turn is there. */
const LEAST = 0.02;

export function Chart({ bars, selected, breakdown, label, onHover, onChoose }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ selected, breakdown, onHover, onChoose });
  useEffect(() => {
    latest.current = { selected, breakdown, onHover, onChoose };
  });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.parentElement?.style.setProperty('--bars', String(bars.length));
    const make = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(element.clientWidth, bars.length, latest), dataOf(bars), element);
    };
    make();
    const resized = new ResizeObserver(() => {
      if (plot.current?.width !== element.clientWidth) plot.current?.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resized.observe(element);
    const stopFollowing = onThemeChange(make);
    return () => {
      resized.disconnect();
      stopFollowing();
      plot.current?.destroy();
    };
  }, [bars]);

  useEffect(() => plot.current?.redraw(false), [selected, breakdown]);
  return <div ref={box} className="chart" role="img" aria-label={label} />;
}

/** A series for each tone, since a series has one colour; then the tokens. */
const dataOf = (bars: readonly Bar[]): uPlot.AlignedData => {
  const toned = (tone: Bar['tone']) =>
    bars.map((bar) => (bar.tone === tone && bar.similarity !== null ? Math.max(LEAST, bar.similarity) : null));
  return [bars.map((_, index) => index), toned('plain'), toned('warn'), toned('bad'), bars.map(({ tokens }) => tokens)];
};

type Latest = { readonly current: Pick<ChartProps, 'selected' | 'breakdown' | 'onHover' | 'onChoose'> };

function optionsOf(width: number, total: number, latest: Latest): uPlot.Options {
  const { accent, warn, bad, line, soft, selected } = canvasColours();
  const paths = uPlot.paths.bars?.({ size: [0.7, WIDEST_BAR], radius: 0.12 });
  const bar = (fill: string): uPlot.Series => ({
    scale: 'similarity',
    fill,
    width: 0,
    points: { show: false },
    ...(paths ? { paths } : {}),
  });
  const band = (plot: uPlot, index: number, fill: string, height?: number): void => {
    if (index < 0) return;
    const { ctx, bbox } = plot;
    const step = plot.valToPos(1, 'x', true) - plot.valToPos(0, 'x', true);
    ctx.fillStyle = fill;
    ctx.fillRect(plot.valToPos(index, 'x', true) - step / 2, bbox.top, step, height ?? bbox.height);
  };
  return {
    width,
    height: HEIGHT,
    padding: [6, 4, 4, 4],
    legend: { show: false },
    // Room for half a bar at both ends.
    scales: {
      x: { time: false, range: [-0.5, total - 0.5] },
      similarity: { range: [0, 1] },
      tokens: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] },
    },
    axes: [
      { show: false },
      {
        scale: 'similarity',
        size: 30,
        stroke: soft,
        font: '11px system-ui, sans-serif',
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        splits: [0, 0.5, 1],
        values: (_plot, splits) => splits.map((value) => String(value)),
      },
    ],
    series: [{}, bar(accent), bar(warn), bar(bad), { scale: 'tokens', stroke: soft, width: 1.25, points: { show: false } }],
    cursor: {
      x: false,
      y: false,
      points: { show: false },
      drag: { x: false, y: false, setScale: false },
      bind: {
        click: (plot) => () => {
          if (typeof plot.cursor.idx === 'number') latest.current.onChoose(plot.cursor.idx);
          return null;
        },
      },
    },
    hooks: {
      drawClear: [(plot) => band(plot, latest.current.selected, selected)],
      draw: [(plot) => band(plot, latest.current.breakdown, bad, 3 * devicePixelRatio)],
      setCursor: [(plot) => latest.current.onHover((plot.cursor.left ?? -1) < 0 ? null : (plot.cursor.idx ?? null))],
    },
  };
}
