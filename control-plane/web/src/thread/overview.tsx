import { useLayoutEffect, useRef, type MouseEvent } from 'react';
import { marksOfTurn, worstTone } from './marks.ts';
import type { Turn } from './turns.ts';

interface OverviewProps {
  readonly turns: readonly Turn[];
  readonly selected: number;
  readonly breakdown: number;
  readonly onChoose: (index: number) => void;
}

/** Bars drawn at most: beyond that neighbours share one, which shows their least similarity and worst mark. */
const MOST_BARS = 240;
const HEIGHT = 36;
const STEP = 10;

/** Similarity to the turn before, over the whole thread. A picture of what the rail says in words. */
export function Overview({ turns, selected, breakdown, onChoose }: OverviewProps) {
  const drawing = useRef<SVGSVGElement>(null);
  const perBar = Math.max(1, Math.ceil(turns.length / MOST_BARS));
  const barCount = Math.ceil(turns.length / perBar);
  useLayoutEffect(() => drawing.current?.style.setProperty('--bars', String(barCount)), [barCount]);
  if (turns.length < 2) return null;
  const bars = Array.from({ length: barCount }, (_, bar) => barOf(turns.slice(bar * perBar, (bar + 1) * perBar)));
  const width = bars.length * STEP;
  const choose = (event: MouseEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    onChoose(Math.min(turns.length - 1, Math.floor(((event.clientX - box.left) / box.width) * bars.length) * perBar));
  };
  const low = bars.filter((bar) => bar.similarity !== null && bar.similarity < 0.3).length;
  return (
    <figure className="overview">
      <svg
        ref={drawing}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Similarity of each turn to the one before: ${turns.length} turns, ${low} below 0.30`}
        onClick={choose}
      >
        <rect className="overview-selected" x={Math.floor(selected / perBar) * STEP} width={STEP} height={HEIGHT} />
        {bars.map(({ similarity, tone }, bar) => (
          <rect
            key={bar}
            className={`overview-bar overview-${similarity === null ? 'none' : tone}`}
            x={bar * STEP + 1.5}
            width={STEP - 3}
            y={HEIGHT - 2 - Math.max(2, (similarity ?? 0) * (HEIGHT - 8))}
            height={Math.max(2, (similarity ?? 0) * (HEIGHT - 8))}
          />
        ))}
        {breakdown !== -1 && (
          <rect className="overview-breakdown" x={Math.floor(breakdown / perBar) * STEP} y="0" width={STEP} height="3" />
        )}
      </svg>
      <figcaption>Similarity to the turn before{breakdown === -1 ? '' : `; broke down at turn ${breakdown + 1}`}</figcaption>
    </figure>
  );
}

function barOf(turns: readonly Turn[]): { readonly similarity: number | null; readonly tone: string } {
  const values = turns.flatMap(({ head }) => (head.similarity === null ? [] : [Math.max(0, head.similarity)]));
  const tone = worstTone(turns.flatMap((turn) => marksOfTurn(turn)));
  return { similarity: values.length === 0 ? null : Math.min(...values), tone };
}
