import { useEffect, useRef } from 'react';
import { useMay } from '../api/me.ts';
import { Link } from '../route/link.tsx';
import type { Route } from '../route/url.ts';
import { ROOMS } from './room-list.ts';

/** The rooms that the reader's role may enter. */
export function Nav({ view }: { readonly view: Route['view'] }) {
  const may = useMay();
  const bar = useRef<HTMLElement>(null);
  // On narrow screens the rooms scroll sideways.
  useEffect(() => {
    const element = bar.current;
    const here = element?.querySelector<HTMLElement>('[aria-current]');
    if (element && here) element.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - element.clientWidth / 2;
  }, [view]);
  return (
    <nav ref={bar} className="nav" aria-label="Rooms">
      {ROOMS.filter(({ permission }) => may(permission)).map(({ name, href, views }) => (
        <Link key={name} className="nav-link" href={href} aria-current={views.includes(view) ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
