import { useMemo, useState } from 'react';
import { compact, count, duration } from '../ui/format.ts';
import { barOf, type Bar } from './bar.ts';
import { Chart } from './chart.tsx';
import type { Turn } from './turns.ts';

interface OverviewProps {
  /** All of the thread. */
  readonly turns: readonly Turn[];
  readonly selected: number;
  readonly breakdown: number;
  readonly onChoose: (index: number) => void;
}

/** Bars drawn at most: beyond that neighbours share one, which shows their least similarity and worst mark. */
const MOST_BARS = 240;
const LOW = 0.3;

/** Similarity to the turn before and tokens sent, over the whole thread. A picture of what the rail says in words. */
export function Overview({ turns, selected, breakdown, onChoose }: OverviewProps) {
  const perBar = Math.max(1, Math.ceil(turns.length / MOST_BARS));
  const bars = useMemo(
    () =>
      Array.from({ length: Math.ceil(turns.length / perBar) }, (_, bar) =>
        barOf(turns.slice(bar * perBar, (bar + 1) * perBar), bar * perBar),
      ),
    [turns, perBar],
  );
  const [hovered, setHovered] = useState<number | null>(null);
  if (turns.length < 2) return null;
  const low = bars.filter((bar) => bar.similarity !== null && bar.similarity < LOW).length;
  const at = hovered === null ? undefined : bars[hovered];
  return (
    <figure className="overview">
      <Chart
        bars={bars}
        selected={Math.floor(selected / perBar)}
        breakdown={breakdown === -1 ? -1 : Math.floor(breakdown / perBar)}
        label={`Similarity of each turn to the one before: ${turns.length} turns, ${low} below ${LOW.toFixed(2)}`}
        onHover={setHovered}
        onChoose={(bar) => onChoose(Math.min(turns.length - 1, bar * perBar))}
      />
      <figcaption>
        <span className="key key-bar">similarity to the turn before</span>
        <span className="key key-line">tokens sent</span>
        {breakdown !== -1 && <span className="key key-breakdown">broke down at turn {count(breakdown + 1)}</span>}
        <span className="overview-readout">{at === undefined ? '' : readout(at, turns, perBar)}</span>
      </figcaption>
    </figure>
  );
}

function readout(bar: Bar, turns: readonly Turn[], perBar: number): string {
  const head = turns[bar.turn]?.head;
  const before = turns[bar.turn - 1]?.head;
  const last = Math.min(turns.length, bar.turn + perBar);
  return [
    last > bar.turn + 1 ? `turns ${count(bar.turn + 1)}–${count(last)}` : `turn ${count(bar.turn + 1)}`,
    bar.similarity === null ? 'nothing to compare with' : `similarity ${bar.similarity.toFixed(2)}`,
    bar.tokens === null ? '' : `${compact(bar.tokens)} tokens sent`,
    head && before ? `${duration(Date.parse(head.at) - Date.parse(before.at))} after the one before` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
