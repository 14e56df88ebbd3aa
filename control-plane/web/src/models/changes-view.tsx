import { readChanges, type ChangePoint, type ModelChanges } from '../api/reports.ts';
import { useResource } from '../api/use-resource.ts';
import { sinceTime } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { count, dateTime, plural } from '../ui/format.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { MEASURE_NAMES, show } from './measures-table.tsx';

interface ChangesViewProps {
  readonly model: string;
  readonly since: string | undefined;
}

/** When one model began to behave otherwise on the same topics. */
export function ChangesView({ model, since }: ChangesViewProps) {
  const { data, problem, reload } = useResource<ModelChanges>(`changes ${model} ${since ?? ''}`, (signal) =>
    readChanges({ model, from: sinceTime(since, Date.now()) }, signal),
  );
  const id = `changes-of-${model.replaceAll(/\W/g, '-')}`;
  return (
    <section className="comparison" aria-labelledby={id}>
      <h2 id={id} className="findings-title">
        {model} over time
      </h2>
      {data === undefined ? (
        problem ? (
          <ProblemNote problem={problem} retry={reload} />
        ) : (
          <Skeleton rows={2} label="Looking for changes" />
        )
      ) : (
        <>
          <p className="hint">
            {plural(data.threads, 'thread')}, each topic against itself; what stands at a false discovery rate of 5% over all measures.
          </p>
          {data.all.length === 0 && data.completed.length === 0 ? (
            <p className="nothing">No measure changed at any point of this time, as far as its threads tell.</p>
          ) : (
            <>
              <Dearer points={data.completed} />
              <Points all={data.all} completed={data.completed} />
            </>
          )}
        </>
      )}
    </section>
  );
}

/** Answers that grew or repeat themselves although threads end as well as before: what no other measure shows. */
function Dearer({ points }: { readonly points: readonly ChangePoint[] }) {
  const worse = points.filter(({ measure, before, after }) => (measure === 'answerTokens' || measure === 'repetition') && after > before);
  const first = worse.toSorted((x, y) => Date.parse(x.at) - Date.parse(y.at))[0];
  if (first === undefined) return null;
  const [longer, repetitive] = ['answerTokens', 'repetition'].map((name) => worse.some(({ measure }) => measure === name));
  return (
    <p className="comparison-few">
      {[longer === true && 'Longer', repetitive === true && (longer === true ? 'more repetitive' : 'More repetitive')]
        .filter(Boolean)
        .join(' and ')}{' '}
      answers for the same outcome since <time dateTime={first.at}>{dateTime(first.at)}</time>.
    </p>
  );
}

function Points({ all, completed }: { readonly all: readonly ChangePoint[]; readonly completed: readonly ChangePoint[] }) {
  const rows = [...all.map((point) => ({ point, of: 'all threads' })), ...completed.map((point) => ({ point, of: 'completed threads' }))];
  return (
    <div className="measures-box" tabIndex={0} role="group" aria-label="Changes over time">
      <table className="small-table measures">
        <thead>
          <tr>
            <th scope="col">Measure</th>
            <th scope="col">In</th>
            <th scope="col">From</th>
            <th scope="col" className="number">
              Before
            </th>
            <th scope="col" className="number">
              After
            </th>
            <th scope="col" className="number">
              Threads
            </th>
            <th scope="col">Since then</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ point, of }) => {
            const isBetter = point.after > point.before === (point.better === 'higher');
            return (
              <tr key={`${point.measure} ${of} ${point.at}`}>
                <th scope="row">{MEASURE_NAMES[point.measure] ?? point.measure}</th>
                <td>{of}</td>
                <td>
                  <time dateTime={point.at}>{dateTime(point.at)}</time>
                </td>
                <td className="number" data-name="before">
                  {show(point.unit, point.before)}
                </td>
                <td className="number" data-name="after">
                  {show(point.unit, point.after)}
                </td>
                <td className="number" data-name="threads">
                  {count(point.nBefore)}, {count(point.nAfter)}
                </td>
                <td>
                  <Badge tone={isBetter ? 'good' : 'bad'}>{isBetter ? 'better' : 'worse'}</Badge>{' '}
                  <span className="muted">p {point.p < 0.001 ? '< 0.001' : point.p.toFixed(3)}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
