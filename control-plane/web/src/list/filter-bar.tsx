import type { ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { navigate } from '../route/navigate.ts';
import { listAddress, type FilterName, type Filters } from '../route/url.ts';
import { shortId, words } from '../ui/format.ts';

interface FilterBarProps {
  readonly filters: Filters;
  /** Rows in sight: what can be chosen comes from them. */
  readonly rows: readonly ThreadSummary[];
  readonly isLive: boolean;
}

const POSITIONS = ['first', 'continuation', 'topic_shift', 'orphaned'] as const;
const SINCE: readonly (readonly [string, string])[] = [
  ['1h', 'last hour'],
  ['24h', 'last 24 hours'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
];

export function FilterBar({ filters, rows, isLive }: FilterBarProps) {
  const models = [...new Set([...(filters.model === undefined ? [] : [filters.model]), ...rows.flatMap((row) => row.models)])].sort();
  const topic = filters.topic === undefined ? undefined : rows.find((row) => row.topic?.id === filters.topic)?.topic?.label;
  return (
    <section className="filters" aria-label="Filters">
      <h1 className="page-title">Threads</h1>
      <Choice name="since" label="Active" all="any time" options={SINCE} filters={filters} />
      <Choice name="position" label="Has" all="any position" options={POSITIONS.map((name) => [name, words(name)])} filters={filters} />
      <Choice name="model" label="Model" all="any model" options={models.map((name) => [name, name])} filters={filters} />
      {filters.user !== undefined && <Chip name="user" text={`user ${shortId(filters.user)}`} filters={filters} />}
      {filters.topic !== undefined && <Chip name="topic" text={`topic ${topic ?? filters.topic}`} filters={filters} />}
      {filters.from !== undefined && <Chip name="from" text={`from ${filters.from}`} filters={filters} />}
      {filters.to !== undefined && <Chip name="to" text={`to ${filters.to}`} filters={filters} />}
      <span className={isLive ? 'live' : 'live live-off'}>{isLive ? 'live' : 'waiting'}</span>
    </section>
  );
}

interface ChoiceProps {
  readonly name: FilterName;
  readonly label: string;
  /** What stands for no filter. */
  readonly all: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly filters: Filters;
}

function Choice({ name, label, all, options, filters }: ChoiceProps) {
  const value = filters[name] ?? '';
  const choose = (chosen: string): void => {
    navigate(listAddress({ ...filters, [name]: chosen }));
  };
  return (
    <label className={value === '' ? 'choice' : 'choice choice-on'}>
      <span className="unseen">{label}</span>
      <select value={value} onChange={(event) => choose(event.target.value)}>
        <option value="">{all}</option>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Chip({ name, text, filters }: { readonly name: FilterName; readonly text: string; readonly filters: Filters }) {
  return (
    <Link className="chip" href={listAddress({ ...filters, [name]: '' })} aria-label={`Remove filter ${text}`}>
      {text} <span aria-hidden="true">×</span>
    </Link>
  );
}
