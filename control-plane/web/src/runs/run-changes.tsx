import { readChanges, type RunChange, type RunChanges } from '../api/runs.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { runAddress } from '../route/url.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { count, dateTime, percent, plural } from '../ui/format.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { ShareBar } from '../ui/share-bar.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { readable } from './differences.tsx';

interface RunChangesListProps {
  readonly at: string;
  /** How long before and after; an hour unless given. */
  readonly minutes?: string | undefined;
}

/** What runs were composed of after a moment and not before it, or the other way round. */
export function RunChangesList({ at, minutes }: RunChangesListProps) {
  const { data, problem, reload } = useResource<RunChanges>(`changes ${at} ${minutes ?? ''}`, (signal) => readChanges(at, minutes, signal));
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={4} label="Comparing runs" />;
  const { before, after, items } = data;
  return (
    <>
      <p className="hint">
        {plural(before, 'run')} before {dateTime(at)} against {count(after)} after it. A share counts where it differs by more than chance.
      </p>
      {items.length === 0 ? (
        <p className="nothing">
          {before === 0 || after === 0 ? 'There is nothing to compare on one side.' : 'Runs are composed as before.'}
        </p>
      ) : (
        <ol className="findings" aria-label="Changes">
          {items.map((change) => (
            <Row key={change.id} change={change} />
          ))}
        </ol>
      )}
    </>
  );
}

const TONES: Readonly<Record<RunChange['kind'], Tone>> = { appeared: 'warn', gone: 'warn', more: 'plain', less: 'plain' };

function Row({ change: { path, value, kind, before, after, p, firstAt, example } }: { readonly change: RunChange }) {
  return (
    <li className="finding">
      <div>
        <span className="muted">{readable(path)}</span> <Badge tone={TONES[kind]}>{kind}</Badge>
        <p className="change-value clip" title={value ?? undefined}>
          {value ?? 'absent'}
        </p>
        {firstAt !== null && <p className="hint">first at {dateTime(firstAt)}</p>}
      </div>
      <div className="finding-bars">
        <Bar name="after" share={after.share} runs={after.runs} tone="accent" />
        <Bar name="before" share={before.share} runs={before.runs} tone="soft" />
      </div>
      <div className="number">
        {example && (
          <Link className="tag-link" href={runAddress(example.a, example.b)}>
            compare two
          </Link>
        )}
        <span className="under">p {p < 0.0001 ? '< 0.0001' : p.toFixed(4)}</span>
      </div>
    </li>
  );
}

interface BarProps {
  readonly name: string;
  readonly share: number;
  readonly runs: number;
  readonly tone: 'accent' | 'soft';
}

const Bar = ({ name, share, runs, tone }: BarProps) => (
  <div className="finding-bar">
    <span className="muted">{name}</span>
    <ShareBar share={share} tone={tone} />
    <span className="number">
      {percent(share)} <span className="muted">{count(runs)}</span>
    </span>
  </div>
);
