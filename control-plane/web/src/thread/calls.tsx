import { Link } from '../route/link.tsx';
import { Badge } from '../ui/badge.tsx';
import { duration, money, timeOfDay } from '../ui/format.ts';
import { marksOf } from './marks.ts';
import { ModelPair } from './model-pair.tsx';
import type { Call, LinkTo, Turn } from './turns.ts';

interface CallsProps {
  readonly turn: Turn;
  /** Id of the request whose text is shown. */
  readonly shown: string;
  readonly linkTo: LinkTo;
}

/** All calls that were made for the turn, each below the one that led to it. */
export function Calls({ turn, shown, linkTo }: CallsProps) {
  if (turn.calls.length === 0) return null;
  const all: readonly Call[] = [{ request: turn.head, depth: 0 }, ...turn.calls];
  return (
    <section className="calls" aria-labelledby="calls-title">
      <h3 id="calls-title">Calls of this turn</h3>
      <ol>
        {all.map(({ request, depth }) => (
          <li key={request.id} className={`call call-depth-${depth}`}>
            <Link className="call-link" href={linkTo(request.id)} replace aria-current={request.id === shown ? 'true' : undefined}>
              <span className="call-kind">{depth === 0 ? 'turn' : (request.call?.auxiliary ?? request.call?.kind ?? 'call')}</span>
              <ModelPair request={request} />
              {request.endedAt !== null && <span>{duration(Date.parse(request.endedAt) - Date.parse(request.at))}</span>}
              <span>{money(request.costUsd)}</span>
              <time dateTime={request.at}>{timeOfDay(request.at)}</time>
              {marksOf(request).map((mark) => (
                <Badge key={mark.text} tone={mark.tone} title={mark.title}>
                  {mark.text}
                </Badge>
              ))}
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
