import type { GapKind, LogGaps } from '../api/trust.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { ago, count, dateTime, words } from '../ui/format.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { useNow } from '../ui/use-now.ts';

const TONES: Readonly<Record<GapKind, Tone>> = {
  on_the_way: 'plain',
  missing: 'bad',
  lost: 'warn',
  not_kept: 'plain',
  unknown_end: 'warn',
};

/** Numbers that gateways gave out and that are not here, the newest first. */
export function Gaps({ gaps }: { readonly gaps: LogGaps['items'] }) {
  const now = useNow();
  return (
    <section aria-labelledby="gaps-title">
      <h2 id="gaps-title" className="findings-title">
        Gaps
      </h2>
      <Listing label="Gaps" className="gaps-table" columns={['Process', 'Numbers', 'What it is', figures('Seen')]}>
        {gaps.map(({ id, epoch, from, to, kind, reason, seenAt }) => (
          <li key={id} className={kind === 'missing' ? 'row row-faulty' : 'row'}>
            <span className="mono">{epoch}</span>
            <span>
              {from === to ? `number ${count(from)}` : `${count(from)} to ${count(to)}`}{' '}
              <span className="muted">{count(to - from + 1)}</span>
            </span>
            <span>
              <Badge tone={TONES[kind]}>{words(kind)}</Badge> {reason !== undefined && words(reason)}
            </span>
            <time className="number" dateTime={seenAt} title={dateTime(seenAt)}>
              {ago(seenAt, now)}
            </time>
          </li>
        ))}
      </Listing>
    </section>
  );
}
