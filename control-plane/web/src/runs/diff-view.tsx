import { compareRuns } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Difference, RunDiff } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { runAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { plural, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';

interface DiffViewProps {
  readonly a: string;
  readonly b: string;
}

/** Two runs, field by field: only what differs. */
export function DiffView({ a, b }: DiffViewProps) {
  const { data, problem, reload } = useResource<RunDiff>(`diff ${a} ${b}`, (signal) => compareRuns(a, b, signal));
  const back = (): void => goBack(runAddress(a));
  useTitle('Two runs compared');
  useKeys({ Escape: back });
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Comparing" />;
  const { differences } = data;
  return (
    <>
      <section className="thread-head" aria-label="Comparison">
        <BackButton onBack={back} />
        <h1 className="thread-title">{differences.length === 0 ? 'Composed alike' : plural(differences.length, 'difference')}</h1>
        <p className="summary">
          <Link className="mono" href={runAddress(data.a.id)} title={data.a.id}>
            {shortId(data.a.id)}
          </Link>
          <span>against</span>
          <Link className="mono" href={runAddress(data.b.id)} title={data.b.id}>
            {shortId(data.b.id)}
          </Link>
          <Link href={runAddress(data.b.id, data.a.id)}>swap</Link>
        </p>
      </section>
      {differences.length === 0 ? (
        <p className="nothing">
          {data.a.digest === data.b.digest
            ? 'Both records have the same digest.'
            : 'Nothing that can be compared differs. Salted digests differ for equal texts, so they are compared by length.'}
        </p>
      ) : (
        <table className="diff">
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">{shortId(data.a.id, 8)}</th>
              <th scope="col">{shortId(data.b.id, 8)}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((difference) => (
              <Row key={difference.path} difference={difference} />
            ))}
          </tbody>
        </table>
      )}
      <p className="hint">Digests stand for texts that are not kept. Run ids are left out: they say who a run is, not what it was.</p>
    </>
  );
}

const TONES: Readonly<Record<Difference['kind'], Tone>> = { changed: 'warn', added: 'good', removed: 'bad' };

function Row({ difference: { path, kind, a, b } }: { readonly difference: Difference }) {
  return (
    <tr>
      <th scope="row">
        <span className="diff-path">{readable(path)}</span> <Badge tone={TONES[kind]}>{kind}</Badge>
      </th>
      <td>{valueOf(a)}</td>
      <td>{valueOf(b)}</td>
    </tr>
  );
}

/** /composition/tools/0/digest -> composition › tools › 1 › digest */
const readable = (pointer: string): string =>
  pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part))
    .join(' › ');

function valueOf(value: unknown) {
  if (value === undefined) return <span className="muted">not there</span>;
  return <code>{typeof value === 'string' ? value : JSON.stringify(value, null, 1)}</code>;
}
