import type { Sequence, Sequences } from '../api/insight.ts';
import { Badge } from '../ui/badge.tsx';
import { count, percent, words } from '../ui/format.ts';
import { IntervalBar } from '../ui/interval-bar.tsx';
import { figures, Listing } from '../ui/listing.tsx';

/** Follow-ups in a row, those of most threads first, against all threads. */
export function SequencesTable({ data: { items, baseline } }: { readonly data: Sequences }) {
  if (items.length === 0) return <p className="nothing">No sequence of follow-ups stands in enough threads yet.</p>;
  return (
    <section aria-labelledby="sequences-title">
      <h2 id="sequences-title" className="findings-title">
        Sequences of follow-ups
      </h2>
      <p className="hint">
        How many of the threads in which users asked so ended well. The thin line is the share of all threads, the band the 95% interval.
      </p>
      <Listing
        label="Sequences"
        className="works-table"
        columns={['Sequence', 'Ended well', figures('Share'), figures('Against all'), figures('Threads'), figures('Users')]}
      >
        {items.map((item) => (
          <Row key={item.id} item={item} baseline={baseline.share} />
        ))}
      </Listing>
    </section>
  );
}

function Row({ item, baseline }: { readonly item: Sequence; readonly baseline: number }) {
  return (
    <li className="row">
      <div className="sequence">
        {item.sequence.map((kind, index) => (
          <span key={index}>
            {index > 0 && (
              <>
                <span className="sequence-then" aria-hidden="true">
                  →
                </span>
                <span className="unseen"> then </span>
              </>
            )}
            {words(kind)}
          </span>
        ))}
        {item.isSmall && <Badge title="Fewer than 20 threads: read it with care">few</Badge>}
      </div>
      <div className="cell-interval">
        <IntervalBar {...item} value={item.share} baseline={baseline} tone={toneOf(item)} />
      </div>
      <div className="number">
        {percent(item.share)}{' '}
        <span className="under">
          {percent(item.low)}–{percent(item.high)}
        </span>
      </div>
      <div className="number">
        {item.differs === null ? (
          <span className="muted">{liftText(item)}</span>
        ) : (
          <Badge tone={item.differs === 'better' ? 'good' : 'bad'} title="The interval does not hold the share of all other threads">
            {item.differs} {liftText(item)}
          </Badge>
        )}
      </div>
      <div className="number">
        {count(item.threads)} <span className="narrow-only">threads</span>
      </div>
      <div className="number">
        {count(item.users)} <span className="narrow-only">users</span>
      </div>
    </li>
  );
}

const liftText = ({ lift }: Sequence): string => (lift === null ? '–' : `×${lift.toFixed(2)}`);
const toneOf = ({ differs, isSmall }: Sequence): 'accent' | 'soft' | 'bad' => (differs === 'worse' ? 'bad' : isSmall ? 'soft' : 'accent');
