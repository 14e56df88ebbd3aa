import { useState, type SubmitEvent } from 'react';
import { goBack, navigate } from '../route/navigate.ts';
import { changesAddress, runsAddress } from '../route/url.ts';
import { Choice } from '../ui/choice.tsx';
import { useKeys } from '../ui/keys.ts';
import { useTitle } from '../ui/use-title.ts';
import { RunChangesList } from './run-changes.tsx';

const SPANS: readonly (readonly [string, string])[] = [
  ['15', '15 minutes each'],
  ['360', '6 hours each'],
  ['1440', 'a day each'],
  ['10080', 'a week each'],
];

interface ChangesViewProps {
  /** RFC 3339. */
  readonly at: string | undefined;
  readonly minutes: string | undefined;
}

/** What changed in the composition of runs at a moment of the reader's choice; an alert has its own on its page. */
export function ChangesView({ at, minutes }: ChangesViewProps) {
  useTitle('What changed');
  useKeys({ Escape: () => goBack(runsAddress()) });
  const moment = at !== undefined && !Number.isNaN(Date.parse(at)) ? at : undefined;
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">What changed in runs</h1>
        <Moment key={moment} at={moment} onChoose={(chosen) => navigate(changesAddress(chosen, minutes))} />
        <Choice
          label="Time before and after"
          all="an hour each"
          value={minutes}
          options={SPANS}
          onChoose={(value) => navigate(changesAddress(moment, value))}
        />
      </section>
      {moment === undefined ? (
        <p className="nothing">
          Give the moment: of a deployment, or when something began. Runs before it are compared with those after it.
        </p>
      ) : (
        <RunChangesList at={moment} minutes={minutes} />
      )}
    </>
  );
}

function Moment({ at, onChoose }: { readonly at: string | undefined; readonly onChoose: (at: string) => void }) {
  const [text, setText] = useState(at === undefined ? '' : localText(at));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const time = new Date(text);
    if (!Number.isNaN(time.getTime())) onChoose(time.toISOString());
  };
  return (
    <form className="moment" onSubmit={submit}>
      <label className="choice">
        <span className="unseen">Moment</span>
        <input type="datetime-local" step="1" required value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="submit" className="button">
        Compare
      </button>
    </form>
  );
}

/** As the input takes it: local time, without a zone. */
function localText(at: string): string {
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
