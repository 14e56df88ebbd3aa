import { useMay } from '../api/me.ts';
import { Link } from '../route/link.tsx';
import type { Route } from '../route/url.ts';
import { ROOMS } from './room-list.ts';

/** The rooms that the reader's role may enter. */
export function Nav({ view }: { readonly view: Route['view'] }) {
  const may = useMay();
  return (
    <nav className="nav" aria-label="Rooms">
      {ROOMS.filter(({ permission }) => may(permission)).map(({ name, href, views }) => (
        <Link key={name} className="nav-link" href={href} aria-current={views.includes(view) ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
