import { compareRuns, type RunDiff } from '../api/runs.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { runAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { plural, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { Differences, readable } from './differences.tsx';
import { WordDiff } from './word-diff.tsx';

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
        <Differences differences={differences} sides={[shortId(data.a.id, 8), shortId(data.b.id, 8)]} />
      )}
      {data.tools?.map(({ path, name, differences: fields }) => (
        <section key={path} aria-label={`Tool ${name ?? readable(path)}`}>
          <h2 className="findings-title">Tool {name ?? readable(path)}, by its definition</h2>
          <Differences differences={fields} sides={[shortId(data.a.id, 8), shortId(data.b.id, 8)]} />
        </section>
      ))}
      <div className="word-diffs">
        {data.templates?.map(({ path, words }) => (
          <WordDiff key={path} title={readable(path)} words={words} />
        ))}
        <WordDiff title="Prompt" words={data.texts?.prompt} />
        <WordDiff title="Answer" words={data.texts?.answer} />
      </div>
      <p className="hint">Digests stand for texts that are not kept. Run ids are left out: they say who a run is, not what it was.</p>
    </>
  );
}
