import { listTopics } from '../api/client.ts';
import { useMay } from '../api/me.ts';
import { useResource } from '../api/use-resource.ts';
import type { ExactTopics, ReleasedTopics } from '../api/views.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, topicsAddress } from '../route/url.ts';
import { Choice } from '../ui/choice.tsx';
import { plural } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { Budget } from './budget.tsx';
import { ExactTable } from './exact-table.tsx';
import { ReleasedTable } from './released-table.tsx';

interface TopicsViewProps {
  readonly figures: 'released' | undefined;
}

const POLL_MS = 60_000;
const FIGURES = [['released', 'figures as released']] as const;

/** What people talk about, where enough of them do. */
export function TopicsView({ figures }: TopicsViewProps) {
  const { data, problem, reload } = useResource<ExactTopics | ReleasedTopics>(
    topicsAddress(figures),
    (signal) => listTopics(figures, signal),
    POLL_MS,
  );
  const mayChoose = useMay()('threads:read');
  useTitle('Topics');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  return (
    <>
      <section className="filters" aria-label="About">
        <h1 className="page-title">Topics</h1>
        {mayChoose && (
          <Choice
            label="Figures"
            all="exact figures"
            value={figures}
            options={FIGURES}
            onChoose={(value) => navigate(topicsAddress(value === 'released' ? 'released' : undefined))}
          />
        )}
        {data && <About data={data} />}
      </section>
      {problem && <ProblemNote problem={problem} retry={data === undefined ? reload : undefined} slim={data !== undefined} />}
      {data === undefined ? (
        !problem && <Skeleton rows={8} label="Loading topics" />
      ) : data.figures === 'released' ? (
        <ReleasedTable topics={data} />
      ) : (
        <ExactTable topics={data} />
      )}
    </>
  );
}

function About({ data }: { readonly data: ExactTopics | ReleasedTopics }) {
  if (data.figures === 'exact') {
    const all = data.items.reduce((sum, { threads }) => sum + threads, 0);
    return (
      <p className="hint">
        {plural(all, 'thread')} in {plural(data.items.length, 'topic')} of at least {plural(data.minUsers, 'user')}; smaller ones are left
        out.
      </p>
    );
  }
  const { days, budget, refused } = data;
  return (
    <>
      <p className="hint">
        {plural(data.items.length, 'topic')} over {plural(days.length, 'day')}, with noise that protects each person.
      </p>
      <Budget budget={budget} refused={refused} />
    </>
  );
}
