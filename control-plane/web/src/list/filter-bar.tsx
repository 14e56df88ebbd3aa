import { useMay } from '../api/me.ts';
import type { ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { navigate } from '../route/navigate.ts';
import { erasureAddress, listAddress, type FilterName, type Filters } from '../route/url.ts';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { FilterChip, filterTime } from '../ui/filter-chip.tsx';
import { shortId, words } from '../ui/format.ts';
import { OUTCOMES } from '../ui/outcome.ts';

interface FilterBarProps {
  readonly filters: Filters;
  /** Rows in sight: what can be chosen comes from them. */
  readonly rows: readonly ThreadSummary[];
  /** Undefined until the first answer. */
  readonly isLive: boolean | undefined;
}

const POSITIONS = ['first', 'continuation', 'topic_shift', 'orphaned'].map((name) => [name, words(name)] as const);
const OUTCOME_OPTIONS = OUTCOMES.map((name) => [name, name] as const);
/** Any course unless chosen: where a conversation went wrong is what most readers come to find. */
const BREAKDOWNS = [
  ['any', 'broke down'],
  ['correction', 'was corrected'],
  ['repeat', 'asked again'],
  ['truncation', 'history dropped'],
  ['error', 'call failed'],
] as const;
const KINDS = [['all', 'background calls too']] as const;

export function FilterBar({ filters, rows, isLive }: FilterBarProps) {
  const may = useMay();
  const models = [...new Set([...(filters.model === undefined ? [] : [filters.model]), ...rows.flatMap((row) => row.models)])].sort();
  const topic = filters.topic === undefined ? undefined : rows.find((row) => row.topic?.id === filters.topic)?.topic?.label;
  const change = (changed: Filters): void => navigate(listAddress({ ...filters, ...changed }));
  const without = (name: FilterName): string => listAddress({ ...filters, [name]: '' });
  return (
    <section className="filters" aria-label="Filters">
      <h1 className="page-title">Threads</h1>
      <Choice label="Active" all="any time" value={filters.since} options={SINCE_OPTIONS} onChoose={(since) => change({ since })} />
      <Choice
        label="Outcome"
        all="any outcome"
        value={filters.outcome}
        options={OUTCOME_OPTIONS}
        onChoose={(outcome) => change({ outcome })}
      />
      <Choice
        label="Went"
        all="any course"
        value={filters.breakdown}
        options={BREAKDOWNS}
        onChoose={(breakdown) => change({ breakdown })}
      />
      <Choice label="Has" all="any position" value={filters.position} options={POSITIONS} onChoose={(position) => change({ position })} />
      <Choice
        label="Model"
        all="any model"
        value={filters.model}
        options={models.map((name) => [name, name])}
        onChoose={(model) => change({ model })}
      />
      <Choice label="Kinds" all="with user turns" value={filters.calls} options={KINDS} onChoose={(calls) => change({ calls })} />
      {filters.user !== undefined && <FilterChip text={`user ${shortId(filters.user)}`} href={without('user')} />}
      {filters.user !== undefined && may('erase:write') && <Link href={erasureAddress(filters.user)}>Erase this user …</Link>}
      {filters.topic !== undefined && <FilterChip text={`topic ${topic ?? filters.topic}`} href={without('topic')} />}
      {filters.from !== undefined && <FilterChip text={`from ${filterTime(filters.from)}`} href={without('from')} />}
      {filters.to !== undefined && <FilterChip text={`to ${filterTime(filters.to)}`} href={without('to')} />}
      {isLive !== undefined && <span className={isLive ? 'live' : 'live live-off'}>{isLive ? 'live' : 'waiting'}</span>}
    </section>
  );
}
