import type { CostDay, CostDimension, CostGroup } from '../api/reports.ts';
import { Link } from '../route/link.tsx';
import { listAddress, searchAddress } from '../route/url.ts';
import { shortId, words } from '../ui/format.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { Sparkline } from '../ui/sparkline.tsx';
import { CostCells } from './cost-cells.tsx';
import { everyDay } from './trend.tsx';

const UNKNOWN = 'unknown';
/** All topics together that too few people talk about. */
const HELD_BACK = 'held_back';

/** The threads behind a group; undefined where the list cannot be narrowed to them. */
function threadsOf(by: CostDimension, id: string): string | undefined {
  if (id === UNKNOWN || (by === 'topic' && id === HELD_BACK)) return undefined;
  if (by === 'model' || by === 'topic' || by === 'outcome') return listAddress({ [by]: id });
  if (by === 'principal') return listAddress({ user: id });
  return by === 'intent' ? searchAddress(`intent:${id}`) : undefined;
}

function nameOf(by: CostDimension, { id, label }: CostGroup): string {
  if (id === UNKNOWN) return by === 'topic' ? 'no topic' : UNKNOWN;
  if (by === 'topic' && id === HELD_BACK) return 'topics of too few people, held back';
  if (by === 'topic') return label === null || label === '' ? 'a topic without a name' : label;
  return by === 'principal' ? shortId(id, 20) : by === 'intent' || by === 'outcome' ? words(id) : id;
}

const costsOf = ({ perDay }: CostGroup, days: readonly string[]): readonly number[] => {
  const known = new Map(perDay.map(({ day, costUsd }) => [day, costUsd]));
  return days.map((day) => known.get(day) ?? 0);
};

interface CostRowsProps {
  readonly items: readonly CostGroup[];
  readonly total: number;
  /** Of all groups together: what each is drawn over, so that rows compare. */
  readonly days: readonly CostDay[];
  readonly by: CostDimension;
}

/** The dearest first; each leads to its threads where they can be listed. */
export function CostRows({ items, total, days, by }: CostRowsProps) {
  const all = everyDay(days).map(({ day }) => day);
  return (
    <Listing
      label="Costs"
      className="costs-table costs-by"
      columns={['Group', 'Cost', figures('Share'), figures('Requests'), figures('Tokens in, out'), 'Days']}
    >
      {items.map((one) => {
        const href = threadsOf(by, one.id);
        return (
          <li key={one.id} className="row">
            <div dir="auto">
              {href === undefined ? (
                <span>{nameOf(by, one)}</span>
              ) : (
                <Link data-row className="row-link" href={href}>
                  {nameOf(by, one)}
                </Link>
              )}
            </div>
            <CostCells one={one} total={total} />
            <div className="cell-days">
              <Sparkline values={costsOf(one, all)} />
            </div>
          </li>
        );
      })}
    </Listing>
  );
}
