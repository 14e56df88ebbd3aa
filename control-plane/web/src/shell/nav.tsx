import { Link } from '../route/link.tsx';
import { alertsAddress, listAddress, runsAddress, topicsAddress, type Route } from '../route/url.ts';

const ROOMS: readonly { readonly name: string; readonly href: string; readonly views: readonly Route['view'][] }[] = [
  { name: 'Threads', href: listAddress(), views: ['list', 'thread', 'search'] },
  { name: 'Topics', href: topicsAddress(), views: ['topics'] },
  { name: 'Runs', href: runsAddress(), views: ['runs', 'run'] },
  { name: 'Alerts', href: alertsAddress(), views: ['alerts', 'alert'] },
];

export function Nav({ view }: { readonly view: Route['view'] }) {
  return (
    <nav className="nav" aria-label="Rooms">
      {ROOMS.map(({ name, href, views }) => (
        <Link key={name} className="nav-link" href={href} aria-current={views.includes(view) ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
