import { useEffect, useRef, type RefObject } from 'react';
import { useMay } from '../api/me.ts';
import { Link } from '../route/link.tsx';
import type { Route } from '../route/url.ts';
import { GROUPS, type RoomGroup } from './room-list.ts';

const has = ({ rooms }: RoomGroup, view: Route['view']): boolean => rooms.some(({ views }) => views.includes(view));

/** On narrow screens a bar scrolls sideways: to where the reader is. */
function useHereInSight(view: Route['view']): RefObject<HTMLElement | null> {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = bar.current;
    const here = element?.querySelector<HTMLElement>('[aria-current]');
    if (element && here) element.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - element.clientWidth / 2;
  }, [view]);
  return bar;
}

/** The groups of rooms that the reader's role may enter. */
export function Nav({ view }: { readonly view: Route['view'] }) {
  const may = useMay();
  const bar = useHereInSight(view);
  return (
    <nav ref={bar} className="nav" aria-label="Rooms">
      {GROUPS.flatMap((group) => {
        const first = group.rooms.find(({ permission }) => may(permission));
        return first === undefined ? [] : [{ group, first }];
      }).map(({ group, first }) => (
        <Link key={group.name} className="nav-link" href={first.href} aria-current={has(group, view) ? 'true' : undefined}>
          {group.name}
        </Link>
      ))}
    </nav>
  );
}

/** The rooms of the group, on the page of each of them; what lies behind a room keeps the space for itself. */
export function SubNav({ view }: { readonly view: Route['view'] }) {
  const may = useMay();
  const bar = useHereInSight(view);
  const group = GROUPS.find((one) => has(one, view));
  const open = group?.rooms.filter(({ permission }) => may(permission)) ?? [];
  if (group === undefined || open.length < 2 || !open.some(({ views }) => views[0] === view)) return null;
  return (
    <nav ref={bar} className="subnav" aria-label={`In ${group.name}`}>
      {open.map(({ name, href, views }) => (
        <Link key={name} className="subnav-link" href={href} aria-current={views[0] === view ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
