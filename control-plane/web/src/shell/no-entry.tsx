import { useEffect } from 'react';
import { mayOf } from '../api/me.ts';
import type { Me } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { navigate } from '../route/navigate.ts';
import { useTitle } from '../ui/use-title.ts';
import { ROOMS, type Room } from './room-list.ts';

interface NoEntryProps {
  readonly me: Me;
  readonly room: Room;
  /** Came by the bare address: then the first open room is meant. */
  readonly isHome: boolean;
}

/** In place of a room that the role may not enter. */
export function NoEntry({ me, room, isHome }: NoEntryProps) {
  const open = ROOMS.filter(({ permission }) => mayOf(me)(permission));
  const first = open[0]?.href;
  useTitle(room.name);
  useEffect(() => {
    if (isHome && first !== undefined) navigate(first, 'replace');
  }, [isHome, first]);
  if (isHome && first !== undefined) return null;
  return (
    <section className="nothing">
      <h1 className="page-title">{room.name}</h1>
      <p>
        The role <strong>{me.role}</strong> sees nothing here: it lacks <code>{room.permission}</code>.
      </p>
      {open.length > 0 ? (
        <p>
          Open to it:{' '}
          {open.map(({ name, href }) => (
            <Link key={name} className="spaced-link" href={href}>
              {name}
            </Link>
          ))}
        </p>
      ) : (
        <p>No room of this page is open to it. What it may do stands in docs/ACCESS.md.</p>
      )}
    </section>
  );
}
