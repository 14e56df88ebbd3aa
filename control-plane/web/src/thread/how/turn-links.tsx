import type { CourseTurn } from '../../api/insight.ts';
import { Link } from '../../route/link.tsx';
import type { LinkTo } from '../turns.ts';

interface TurnLinksProps {
  readonly requestIds: readonly string[];
  readonly course: readonly CourseTurn[];
  readonly linkTo: LinkTo;
}

const SHOWN = 6;

/** Links to the turns of these requests; a call of a turn is named by its own link. */
export function TurnLinks({ requestIds, course, linkTo }: TurnLinksProps) {
  if (requestIds.length === 0) return null;
  const turnOf = new Map(course.map(({ requestId, turn }) => [requestId, turn]));
  return (
    <span className="turn-links">
      {requestIds.slice(0, SHOWN).map((id) => {
        const turn = turnOf.get(id);
        return (
          <Link key={id} href={linkTo(id)} replace>
            {turn === undefined ? 'a call' : `turn ${turn}`}
          </Link>
        );
      })}
      {requestIds.length > SHOWN && <span className="muted">+{requestIds.length - SHOWN}</span>}
    </span>
  );
}
