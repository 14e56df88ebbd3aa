import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Link } from '../route/link.tsx';
import { Badge } from '../ui/badge.tsx';
import { count, plural, words } from '../ui/format.ts';
import { marksOfTurn } from './marks.ts';
import { ModelPair } from './model-pair.tsx';
import type { Turn } from './turns.ts';
import { useWindow } from './use-window.ts';

interface RailProps {
  readonly turns: readonly Turn[];
  /** Turns before those, which are not there yet. */
  readonly before: number;
  readonly total: number;
  /** Indexes in `turns`; -1 for none. */
  readonly selected: number;
  readonly breakdown: number;
  /** On narrow screens the rail is shown on demand. */
  readonly isOpen: boolean;
  readonly hrefOf: (index: number) => string;
  readonly onChoose: () => void;
}

/** Rows have one height, so that ten thousand of them need no measuring; thread.css holds the same figure. */
const ROW_PX = 88;

export function Rail({ turns, before, total, selected, breakdown, isOpen, hrefOf, onChoose }: RailProps) {
  const box = useRef<HTMLElement>(null);
  const spacer = useRef<HTMLOListElement>(null);
  const { first, last } = useWindow(box, total, ROW_PX);
  const [isTouched, setTouched] = useState(false);

  useLayoutEffect(() => {
    spacer.current?.style.setProperty('--rows', String(total));
    spacer.current?.style.setProperty('--first', String(first));
  }, [total, first]);

  useEffect(() => {
    const element = box.current;
    if (element === null || element.clientHeight === 0) return;
    const top = (before + selected) * ROW_PX;
    const isInSight = top >= element.scrollTop && top + ROW_PX <= element.scrollTop + element.clientHeight;
    // The first time the row comes to the middle; later it moves no more than it must.
    if (!isTouched) element.scrollTop = top - element.clientHeight / 2 + ROW_PX / 2;
    else if (!isInSight) element.scrollTop = top < element.scrollTop ? top : top + ROW_PX - element.clientHeight;
    setTouched(true);
  }, [before, selected, isOpen, isTouched]);

  return (
    <nav ref={box} id="rail" className={isOpen ? 'rail rail-open' : 'rail'} aria-label="Turns" tabIndex={-1}>
      <ol ref={spacer} className="rail-rows">
        {Array.from({ length: last - first }, (_, offset) => {
          const index = first + offset - before;
          const turn = turns[index];
          return turn === undefined ? (
            <li key={first + offset} className="rail-row rail-waiting" aria-setsize={total} aria-posinset={first + offset + 1} />
          ) : (
            <RailRow
              key={turn.head.id}
              turn={turn}
              total={total}
              isSelected={index === selected}
              isBreakdown={index === breakdown}
              href={hrefOf(index)}
              onChoose={onChoose}
            />
          );
        })}
      </ol>
    </nav>
  );
}

interface RailRowProps {
  readonly turn: Turn;
  readonly total: number;
  readonly isSelected: boolean;
  readonly isBreakdown: boolean;
  readonly href: string;
  readonly onChoose: () => void;
}

function RailRow({ turn, total, isSelected, isBreakdown, href, onChoose }: RailRowProps) {
  const { head } = turn;
  const marks = marksOfTurn(turn);
  const className = ['rail-link', isSelected ? 'rail-selected' : '', isBreakdown ? 'rail-breakdown' : ''].join(' ').trim();
  return (
    <li className="rail-row" aria-setsize={total} aria-posinset={turn.number}>
      <Link className={className} href={href} replace aria-current={isSelected ? 'true' : undefined} onClick={onChoose}>
        <Similarity value={head.similarity} />
        <span className="rail-body">
          <span className="rail-prompt" dir="auto">
            <span className="rail-number">{count(turn.number)}</span> {head.prompt ?? 'No text kept'}
          </span>
          <span className="rail-tags">
            {isBreakdown && marks.length === 0 && <Badge tone="warn">broke down</Badge>}
            {marks.slice(0, 2).map((mark) => (
              <Badge key={mark.text} tone={mark.tone} title={mark.title}>
                {mark.text}
              </Badge>
            ))}
            <span>{words(head.position)}</span>
            <span>{words(head.intent)}</span>
          </span>
          <span className="rail-model">
            <ModelPair request={head} />
            {turn.calls.length > 0 && ` +${plural(turn.calls.length, 'call')}`}
          </span>
        </span>
      </Link>
    </li>
  );
}

/** The thread between two turns: the closer in meaning, the longer the bar. */
function Similarity({ value }: { readonly value: number | null }) {
  const height = Math.max(0, Math.min(1, value ?? 0)) * 30;
  return (
    <span className="rail-similarity" title={value === null ? 'No turn before to compare with' : 'Similarity to the turn before'}>
      <svg viewBox="0 0 6 30" width="6" height="30" aria-hidden="true">
        <rect className="meter-track" width="6" height="30" rx="3" />
        {value !== null && (
          <rect className={value < 0.3 ? 'similarity-low' : 'similarity-fill'} y={30 - height} width="6" height={height} rx="3" />
        )}
      </svg>
      <span className="rail-figure">
        <span className="unseen">similarity </span>
        {value === null ? '–' : value.toFixed(2)}
      </span>
    </span>
  );
}
