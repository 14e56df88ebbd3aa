import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { canvasColours, onThemeChange } from './canvas-colours.ts';

type Colours = ReturnType<typeof canvasColours>;

interface PlotProps {
  readonly data: uPlot.AlignedData;
  readonly height: number;
  /** Said in place of the picture; the figures stand beside it as text. */
  readonly label: string;
  /** Must be stable: a new one draws anew. */
  readonly options: (colours: Colours) => Omit<uPlot.Options, 'width' | 'height'>;
  readonly className?: string;
}

/** A uPlot chart as wide as its box, in the colours of the theme. */
export function Plot({ data, height, label, options, className = '' }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let plot: uPlot | undefined;
    const make = (): void => {
      plot?.destroy();
      plot = new uPlot({ ...options(canvasColours()), width: element.clientWidth, height }, data, element);
    };
    make();
    const resized = new ResizeObserver(() => {
      if (plot?.width !== element.clientWidth) plot?.setSize({ width: element.clientWidth, height });
    });
    resized.observe(element);
    const stopFollowing = onThemeChange(make);
    return () => {
      resized.disconnect();
      stopFollowing();
      plot?.destroy();
    };
  }, [data, height, options]);
  return <div ref={box} className={`plot ${className}`.trim()} role="img" aria-label={label} />;
}

/** Axes and series as all plots here have them. */
export const axisOf = ({ soft, line }: Colours, given: uPlot.Axis = {}): uPlot.Axis => ({
  stroke: soft,
  font: '11px system-ui, sans-serif',
  grid: { stroke: line, width: 1 },
  ticks: { show: false },
  ...given,
});
