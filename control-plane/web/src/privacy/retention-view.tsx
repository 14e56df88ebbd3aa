import { readRetention, type RetainedClass, type Retention } from '../api/privacy.ts';
import { useResource } from '../api/use-resource.ts';
import { goBack } from '../route/navigate.ts';
import { listAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { ago, bytes, count, dateTime, plural, words } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { Holds } from './holds.tsx';

const POLL_MS = 30_000;
const HOLDS: Readonly<Record<RetainedClass['id'], string>> = {
  text: 'prompts, answers, comments',
  embedding: 'vectors of prompts and answers',
  metadata: 'requests, threads, feedback, alerts',
  identity: 'what runs were composed of, with their proofs',
  vault: 'sealed originals of what was redacted',
};

/** How long each class is kept, what goes next and when, what is held, and what went. */
export function RetentionView() {
  const { data, problem, reload } = useResource('retention', readRetention, POLL_MS);
  useTitle('Retention');
  useKeys({ Escape: () => goBack(listAddress()) });
  if (data === undefined)
    return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading retention" />;
  return (
    <div className="privacy">
      <section className="filters" aria-label="About">
        <h1 className="page-title">Retention</h1>
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      <Purpose retention={data} />
      <Next retention={data} />
      <Classes items={data.items} />
      <Holds onChanged={reload} />
      <Past purges={data.purges} />
    </div>
  );
}

function Purpose({ retention: { keepsText, purpose, legalBasis } }: { readonly retention: Retention }) {
  if (!keepsText) return <p className="lead">The policy in force keeps no text.</p>;
  if (purpose === null || legalBasis === null) {
    return (
      <p className="lead">
        <Badge tone="warn">no purpose stated</Badge> The policy in force keeps text and does not say what for, or what allows it: add{' '}
        <code>purpose</code> and <code>legalBasis</code>. A new policy is not taken without.
      </p>
    );
  }
  return (
    <p className="lead">
      Text is kept for: <strong>{purpose}</strong> <span className="muted">({words(legalBasis)})</span>
    </p>
  );
}

function Next({ retention: { nextPurge, items } }: { readonly retention: Retention }) {
  const goes = items.filter(({ next }) => next > 0);
  const what = goes.length === 0 ? 'takes nothing' : `takes ${goes.map(({ id, next }) => `${count(next)} of ${id}`).join(', ')}`;
  return (
    <p className="lead">
      {nextPurge === null ? (
        <>A purge is running now.</>
      ) : (
        <>
          The next purge, <time dateTime={nextPurge}>{dateTime(nextPurge)}</time>, {what}.
        </>
      )}
    </p>
  );
}

function Classes({ items }: { readonly items: readonly RetainedClass[] }) {
  const now = useNow();
  return (
    <div className="scroll-x" role="region" aria-label="Classes of data" tabIndex={0}>
      <table className="small-table privacy-table">
        <caption className="unseen">Classes of data and how long each is kept</caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="number">
              Kept
            </th>
            <th scope="col" className="number">
              Oldest goes
            </th>
            <th scope="col" className="number">
              Next purge
            </th>
            <th scope="col" className="number">
              Within a week
            </th>
            <th scope="col" className="number">
              Held
            </th>
            <th scope="col" className="number">
              Stored
            </th>
            <th scope="col" className="number" title="Mean of the newest 200 requests, indexes apart">
              A request
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                {one.id} <span className="muted row-note">{HOLDS[one.id]}</span>
              </th>
              <td className="number" title={one.isDefault ? 'The policy says nothing; this is the default' : 'By the policy in force'}>
                {plural(one.days, 'day')}
                {one.isDefault && <span className="muted"> default</span>}
              </td>
              <td className="number">
                {one.firstGoesAt === null ? <span className="muted">nothing stored</span> : goesAt(one.firstGoesAt, now)}
              </td>
              <td className="number">{count(one.next)}</td>
              <td className="number">{count(one.week)}</td>
              <td className="number">{one.held === 0 ? '–' : count(one.held)}</td>
              <td className="number">{count(one.stored)}</td>
              <td className="number">{one.bytesPerRequest === null ? '–' : bytes(one.bytesPerRequest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function goesAt(time: string, nowMs: number) {
  return (
    <time dateTime={time} title={dateTime(time)}>
      {Date.parse(time) <= nowMs ? 'is due' : inDays(time, nowMs)}
    </time>
  );
}

function inDays(time: string, nowMs: number): string {
  const days = Math.ceil((Date.parse(time) - nowMs) / 86_400_000);
  return days <= 1 ? 'within a day' : `in ${plural(days, 'day')}`;
}

function Past({ purges }: { readonly purges: Retention['purges'] }) {
  const now = useNow();
  return (
    <section aria-labelledby="past-title">
      <h2 id="past-title" className="findings-title">
        Last purges
      </h2>
      {purges.length === 0 ? (
        <p className="muted">None has removed anything yet.</p>
      ) : (
        <ol className="past">
          {purges.map(({ at, removed }) => (
            <li key={at}>
              <time dateTime={at} title={dateTime(at)}>
                {ago(at, now)}
              </time>
              :{' '}
              {Object.entries(removed)
                .filter(([, n]) => n > 0)
                .map(([what, n]) => `${count(n)} ${what}`)
                .join(', ')}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
