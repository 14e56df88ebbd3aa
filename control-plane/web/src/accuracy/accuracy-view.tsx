import { readAccuracy, type Accuracy } from '../api/accuracy.ts';
import { MeContext } from '../api/me.ts';
import { useResource } from '../api/use-resource.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { accuracyAddress, listAddress, sinceTime } from '../route/url.ts';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';
import { use } from 'react';
import { Calibration } from './calibration.tsx';
import { Days } from './days.tsx';
import { Decisions } from './decisions.tsx';
import { FiguresTable } from './figures-table.tsx';
import { Reliability } from './reliability.tsx';

const POLL_MS = 30_000;
/** Without a choice the API takes the last 30 days. */
const SINCE = SINCE_OPTIONS.filter(([value]) => value !== '30d');

/** How right the inferred linker is in this environment, on traffic that proves its threads. */
export function AccuracyView({ since }: { readonly since: string | undefined }) {
  const me = use(MeContext);
  const { data, problem, reload } = useResource<Accuracy>(
    accuracyAddress(since),
    (signal) => readAccuracy({ from: sinceTime(since, Date.now()) }, signal),
    POLL_MS,
  );
  useTitle('Accuracy');
  useKeys({ Escape: () => goBack(listAddress()) });
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Accuracy of inferred links</h1>
        <Choice label="Judged" all="last 30 days" value={since} options={SINCE} onChoose={(value) => navigate(accuracyAddress(value))} />
        {me && (
          <span className="hint">
            tenant {me.tenant}, environment {me.environment}
          </span>
        )}
      </section>
      {data === undefined ? (
        problem ? (
          <ProblemNote problem={problem} retry={reload} />
        ) : (
          <Skeleton rows={7} label="Loading the accuracy" />
        )
      ) : (
        <>
          {problem && <ProblemNote problem={problem} slim />}
          <Found accuracy={data} onChanged={reload} />
        </>
      )}
    </>
  );
}

function Found({ accuracy, onChanged }: { readonly accuracy: Accuracy; readonly onChanged: () => void }) {
  const { all, reliability, ece, days } = accuracy;
  return (
    <>
      <p className="hint accuracy-how">
        Where a client declares its sessions or sends the conversation again, the thread of a request is known. There the linker decides as
        if it were not, and is held to it. Precision: of the requests it joined to a thread, how many belong there. Recall: of those that go
        on with a thread, how many it found.
      </p>
      {all.n === 0 ? (
        <p className="nothing">
          Nothing was judged in this time: no request declared its thread or carried its history while there was something to choose from.
        </p>
      ) : (
        <FiguresTable accuracy={accuracy} />
      )}
      <div className="accuracy-cards">
        {all.n > 0 && (
          <>
            <Reliability bins={reliability} ece={ece} />
            <Decisions figures={all} />
            <Days days={days} />
          </>
        )}
        <Calibration onChanged={onChanged} />
      </div>
    </>
  );
}
