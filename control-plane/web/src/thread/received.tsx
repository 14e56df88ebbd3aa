import { useLayoutEffect, useRef, useState } from 'react';
import type { RequestView } from '../api/views.ts';
import { plural } from '../ui/format.ts';
import { sentWith, type Fate, type Message, type Sent } from './sent.ts';
import type { Turn } from './turns.ts';

interface ReceivedProps {
  readonly turns: readonly Turn[];
  readonly index: number;
  readonly request: RequestView;
}

const MOST_CELLS = 60;
/** Messages listed unless all are asked for: those around the point where the client cut. */
const MOST_LISTED = 6;

const FATES: Readonly<Record<Fate, string>> = {
  sent: 'sent',
  dropped: 'not sent any more',
  withheld: 'not sent',
  kept: 'kept by the provider',
};

/** What of the conversation the model was given with this prompt, and what the client left out. */
export function Received({ turns, index, request }: ReceivedProps) {
  const [isWhole, setWhole] = useState(false);
  const given = sentWith(turns, index, request);
  if (given.kind === 'unknown' || (given.messages.length === 0 && given.kind === 'whole')) return null;
  const isCut = given.kind === 'truncated' || given.kind === 'compacted' || given.kind === 'alone';
  const listed = isWhole ? given.messages : around(given.messages);
  return (
    <section className={isCut ? 'received received-cut' : 'received'} aria-label="What the model received">
      <h3>What the model received</h3>
      <Cells given={given} />
      <p>{sentence(given, index)}</p>
      {(isCut || isWhole) && <Messages messages={listed} />}
      {given.messages.length > (isCut ? listed.length : 0) && !isWhole && (
        <button type="button" className="button" onClick={() => setWhole(true)}>
          Show all {given.messages.length} messages before this prompt
        </button>
      )}
    </section>
  );
}

function around(messages: readonly Message[]): readonly Message[] {
  const firstSent = messages.findIndex(({ fate }) => fate === 'sent');
  const middle = firstSent === -1 ? messages.length : firstSent;
  const start = Math.max(0, Math.min(middle - MOST_LISTED + 2, messages.length - MOST_LISTED));
  return messages.slice(start, start + MOST_LISTED);
}

function sentence({ kind, sent, dropped }: Sent, index: number): string {
  const count = sent === null ? 'The conversation' : `${plural(sent, 'message')}, this prompt included`;
  const were = dropped === 1 ? 'was' : 'were';
  switch (kind) {
    case 'alone':
      return `This prompt alone. The client sends no history: the model knew nothing of the ${plural(index, 'turn')} before.`;
    case 'kept':
      return `This prompt; the provider keeps the ${plural(index, 'turn')} before and adds them by itself.`;
    case 'compacted':
      return `${count}; ${plural(dropped, 'earlier message')} ${were} replaced by a summary.`;
    case 'truncated':
      return `${count}; ${plural(dropped, 'earlier message')} ${were} no longer sent.`;
    default:
      return `${count}. Nothing was left out.`;
  }
}

function Messages({ messages }: { readonly messages: readonly Message[] }) {
  return (
    <ol className="messages">
      {messages.map(({ id, turn, who, text, fate }) => (
        <li key={id} className={`message message-${fate}`}>
          <span className="message-who">
            {turn} {who}
          </span>
          <span className="clip" dir="auto">
            {fate === 'dropped' || fate === 'withheld' ? <del>{text ?? 'No text kept'}</del> : (text ?? 'No text kept')}
          </span>
          <span className="message-fate">{FATES[fate]}</span>
        </li>
      ))}
    </ol>
  );
}

/** One cell a message, oldest first, the prompt last; hatched ones were left out. Long histories are drawn in proportion. */
function Cells({ given: { kind, sent, dropped, messages } }: { readonly given: Sent }) {
  const drawing = useRef<SVGSVGElement>(null);
  const missing = kind === 'alone' ? messages.length : dropped;
  const kept = kind === 'kept' ? messages.length : 0;
  const total = Math.max(1, missing + kept + Math.max(1, sent ?? 1));
  const cells = Math.min(MOST_CELLS, total);
  const scaled = (part: number): number => Math.min(cells - 1, Math.round((part / total) * cells) || (part > 0 ? 1 : 0));
  const [missingCells, keptCells] = [scaled(missing), scaled(kept)];
  useLayoutEffect(() => drawing.current?.style.setProperty('--cells', String(cells)), [cells]);
  const classOf = (cell: number): string => {
    if (cell < missingCells) return 'cell-dropped';
    return cell < missingCells + keptCells ? 'cell-kept' : cell === cells - 1 ? 'cell-prompt-now' : 'cell-received';
  };
  return (
    <svg ref={drawing} className="cells" viewBox={`0 0 ${cells * 10} 10`} preserveAspectRatio="none" aria-hidden="true">
      {Array.from({ length: cells }, (_, cell) => (
        <rect key={cell} className={classOf(cell)} x={cell * 10 + 1} y="1" width="8" height="8" rx="1.5" />
      ))}
    </svg>
  );
}
