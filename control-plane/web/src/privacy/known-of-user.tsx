import { useMay } from '../api/me.ts';
import { listThreads } from '../api/client.ts';
import { listHolds } from '../api/privacy.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { listAddress, retentionAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { ago, plural } from '../ui/format.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useNow } from '../ui/use-now.ts';

const PAGE = 100;

/** What an erasure of the person would meet, as far as the reader may see it. */
export function KnownOfUser({ user }: { readonly user: string }) {
  const may = useMay();
  return (
    <>
      {may('threads:read') && <ThreadsOf user={user} />}
      {may('retention:read') && <HoldsOn user={user} />}
    </>
  );
}

function ThreadsOf({ user }: { readonly user: string }) {
  const now = useNow();
  const { data, problem } = useResource(`threads of ${user}`, (signal) => listThreads({ user, limit: String(PAGE) }, signal));
  if (data === undefined) return problem ? <ProblemNote problem={problem} slim /> : <p className="muted">Looking …</p>;
  const { items, next } = data;
  const newest = items[0];
  if (newest === undefined) {
    return <p>No thread is stored of this user. Is it the right tenant and environment? Other traces of the person go all the same.</p>;
  }
  return (
    <p>
      <Link href={listAddress({ user, calls: 'all' })}>
        {next === null ? plural(items.length, 'thread') : `More than ${items.length} threads`}
      </Link>
      , the last one {ago(newest.lastAt, now)}.
    </p>
  );
}

function HoldsOn({ user }: { readonly user: string }) {
  const { data, problem } = useResource('holds', listHolds);
  if (data === undefined) return problem ? <ProblemNote problem={problem} slim /> : null;
  const inForce = data.items.filter(({ liftedAt }) => liftedAt === null);
  const covering = inForce.filter(({ kind, subject }) => kind === 'scope' || (kind === 'user' && subject === user));
  if (covering.length > 0) {
    return (
      <p>
        <Badge tone="warn">held</Badge> {plural(covering.length, 'legal hold')} {covering.length === 1 ? 'names' : 'name'} this user: an
        erasure is refused until {covering.length === 1 ? 'it is' : 'they are'} <Link href={retentionAddress()}>lifted</Link>.
      </p>
    );
  }
  if (!inForce.some(({ kind }) => kind === 'thread')) return null;
  return (
    <p className="hint">
      <Link href={retentionAddress()}>Threads are held</Link> here. If one of them is of this user, the erasure is refused.
    </p>
  );
}
