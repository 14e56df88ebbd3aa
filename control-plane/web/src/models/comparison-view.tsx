import { compareModels, type Comparison, type Example } from '../api/reports.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { listAddress, sinceTime, threadAddress } from '../route/url.ts';
import { count, percent, plural } from '../ui/format.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { MeasuresTable } from './measures-table.tsx';

interface ComparisonViewProps {
  readonly a: string;
  readonly b: string;
  readonly since: string | undefined;
}

/** Two models on the topics that both answered: no one is blamed for being asked harder things. */
export function ComparisonView({ a, b, since }: ComparisonViewProps) {
  const { data, problem, reload } = useResource<Comparison>(`compare ${a} ${b} ${since ?? ''}`, (signal) =>
    compareModels({ a, b, from: sinceTime(since, Date.now()) }, signal),
  );
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={5} label="Comparing" />;
  return (
    <section className="comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title" className="findings-title">
        {a} against {b}
      </h2>
      <p className="hint">
        {count(data.a.matched)} of {plural(data.a.threads, 'thread')} of {plural(data.a.people, 'user')} against {count(data.b.matched)} of{' '}
        {plural(data.b.threads, 'thread')} of {plural(data.b.people, 'user')}, on topics that both answered. Left out:{' '}
        {count(data.leftOut.mixed)} in which several models answered, {count(data.leftOut.withoutTopic)} without a topic.
      </p>
      {!data.enough && (
        <p className="comparison-few">Too few threads on shared topics to rely on: 20 threads and 5 users of each model are needed.</p>
      )}
      {data.measures.some(({ figures }) => figures !== null) && <MeasuresTable comparison={data} />}
      {data.topics.length > 0 && (
        <table className="small-table comparison-topics">
          <caption className="unseen">By topic</caption>
          <thead>
            <tr>
              <th scope="col">Topic</th>
              <th scope="col" className="number">
                {a}: right at first
              </th>
              <th scope="col" className="number">
                {b}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.topics.map(({ id, label, threadsA, threadsB, firstAnswerA, firstAnswerB }) => (
              <tr key={id}>
                <th scope="row">
                  <Link href={listAddress({ topic: id })} dir="auto">
                    {label === '' ? id : label}
                  </Link>
                </th>
                <td className="number">
                  {percent(firstAnswerA)} <span className="muted">of {count(threadsA)}</span>
                </td>
                <td className="number">
                  {percent(firstAnswerB)} <span className="muted">of {count(threadsB)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data.heldBack > 0 && (
        <p className="hint">
          {plural(data.heldBack, 'topic')} of too few people {data.heldBack === 1 ? 'counts' : 'count'} in the figures above and{' '}
          {data.heldBack === 1 ? 'is' : 'are'} not named.
        </p>
      )}
      {data.examples.length > 0 && (
        <>
          <h3 className="moves-trouble">Alike first prompts, answered by each</h3>
          <ul className="examples">
            {data.examples.map((pair) => (
              <li key={pair.a.requestId}>
                <span dir="auto">{pair.topic}</span> <span className="muted">similarity {pair.similarity.toFixed(2)}</span>
                <Side model={a} side={pair.a} />
                <Side model={b} side={pair.b} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** One of the two: which model, what it was asked, and the way to its answer. */
function Side({ model, side: { threadId, requestId, prompt } }: { readonly model: string; readonly side: Example }) {
  return (
    <div className="example-side">
      <Link href={threadAddress({ thread: threadId, request: requestId })}>{model}</Link>
      <span className="example-prompt" dir="auto">
        {prompt ?? <i className="muted">no text kept</i>}
      </span>
    </div>
  );
}
