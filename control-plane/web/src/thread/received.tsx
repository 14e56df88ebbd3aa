import { useLayoutEffect, useRef } from 'react';
import type { RequestView } from '../api/views.ts';
import { plural } from '../ui/format.ts';
import type { Turn } from './turns.ts';

interface ReceivedProps {
  readonly turns: readonly Turn[];
  readonly index: number;
  readonly request: RequestView;
}

const MOST_CELLS = 60;
const MOST_LISTED = 5;

/** What of the conversation the model was given with this prompt, and what the client left out. */
export function Received({ turns, index, request }: ReceivedProps) {
  const { historyLength, truncation } = request;
  if (historyLength === null && truncation === null) return null;
  const dropped = truncation?.dropped ?? 0;
  const received = historyLength ?? 0;
  // A message each for prompt and answer, without the calls in between.
  const lost = turns.slice(0, Math.min(index, Math.ceil(dropped / 2)));
  return (
    <section className={truncation === null ? 'received' : 'received received-cut'} aria-label="What the model received">
      <h3>What the model received</h3>
      <Cells dropped={dropped} received={received} />
      <p>
        {historyLength === null ? 'The client left out' : `${plural(received, 'message')} of the conversation, this prompt included`}
        {truncation === null
          ? '. Nothing was left out.'
          : historyLength === null
            ? ` ${plural(dropped, 'earlier message')}.`
            : `; ${plural(dropped, 'earlier message')} ${dropped === 1 ? 'was' : 'were'} ${truncation.kind === 'compacted' ? 'replaced by a summary' : 'no longer sent'}.`}
      </p>
      {lost.length > 0 && (
        <>
          <p className="hint">Counted from the oldest, that is what the model could no longer know:</p>
          <ul className="lost">
            {lost.slice(0, MOST_LISTED).map(({ head }) => (
              <li key={head.id} className="clip" dir="auto">
                <del>{head.prompt ?? 'No text kept'}</del>
              </li>
            ))}
          </ul>
          {lost.length > MOST_LISTED && <p className="hint">and {plural(lost.length - MOST_LISTED, 'turn')} more</p>}
        </>
      )}
    </section>
  );
}

/** One cell a message, oldest first; hatched ones were left out. Long histories are drawn in proportion. */
function Cells({ dropped, received }: { readonly dropped: number; readonly received: number }) {
  const drawing = useRef<SVGSVGElement>(null);
  const total = Math.max(1, dropped + received);
  const cells = Math.min(MOST_CELLS, total);
  const droppedCells = Math.min(cells, Math.round((dropped / total) * cells) || (dropped > 0 ? 1 : 0));
  useLayoutEffect(() => drawing.current?.style.setProperty('--cells', String(cells)), [cells]);
  return (
    <svg ref={drawing} className="cells" viewBox={`0 0 ${cells * 10} 10`} preserveAspectRatio="none" aria-hidden="true">
      {Array.from({ length: cells }, (_, cell) => (
        <rect
          key={cell}
          className={cell < droppedCells ? 'cell-dropped' : 'cell-received'}
          x={cell * 10 + 1}
          y="1"
          width="8"
          height="8"
          rx="1.5"
        />
      ))}
    </svg>
  );
}
