import { useMay } from '../api/me.ts';
import { Link } from '../route/link.tsx';
import { searchAddress } from '../route/url.ts';
import { useTitle } from '../ui/use-title.ts';
import { GROUPS } from './room-list.ts';

interface NowhereProps {
  /** What the address named, as it was written. */
  readonly asked: string;
}

const LONGEST = 80;
/** Words that the address may have meant: what a path or a name is made of. */
const wordsOf = (asked: string): string =>
  asked
    .slice(0, LONGEST)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** For an address that leads nowhere: the rooms that there are, and the search. */
export function Nowhere({ asked }: NowhereProps) {
  const may = useMay();
  const words = wordsOf(asked);
  useTitle('Not here');
  return (
    <section className="nowhere" aria-labelledby="nowhere-title">
      <h1 id="nowhere-title" className="page-title">
        Not here
      </h1>
      <p>
        No page is called <code dir="auto">{asked.slice(0, LONGEST)}</code>. The link may be of another version of Clew, or cut off.
      </p>
      {words !== '' && may('search:read') && (
        <p>
          <Link className="button" href={searchAddress(words)}>
            Search for “{words}”
          </Link>
        </p>
      )}
      <nav aria-label="What is here">
        <dl className="nowhere-rooms">
          {GROUPS.map(({ name, rooms }) => ({ name, open: rooms.filter(({ permission }) => may(permission)) }))
            .filter(({ open }) => open.length > 0)
            .map(({ name, open }) => (
              <div key={name}>
                <dt>{name}</dt>
                {open.map((room) => (
                  <dd key={room.name}>
                    <Link href={room.href}>{room.name}</Link>
                  </dd>
                ))}
              </div>
            ))}
        </dl>
      </nav>
    </section>
  );
}
