import { useState } from 'react';
import { calibrate, listCalibrations, readProposal, type Calibrations, type Proposal } from '../api/accuracy.ts';
import { useMay } from '../api/me.ts';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { useResource } from '../api/use-resource.ts';
import { dateTime, plural, shortId } from '../ui/format.ts';
import { Confirm } from '../ui/confirm.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { PreviewTable } from './preview-table.tsx';

const POLL_MS = 60_000;

/** What own traffic proposes for thresholds and times, what it would change, and what is in force. */
export function Calibration({ onChanged }: { readonly onChanged: () => void }) {
  const may = useMay();
  const proposal = useResource<Proposal>('calibration proposal', readProposal, POLL_MS);
  const past = useResource<Calibrations>('calibrations', listCalibrations, POLL_MS);
  const [asked, setAsked] = useState<'apply' | 'revert'>();
  const [problem, setProblem] = useState<Problem>();
  const change = async (action: 'apply' | 'revert'): Promise<true> => {
    setProblem(undefined);
    try {
      await calibrate(action);
      proposal.reload();
      past.reload();
      onChanged();
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : UNREACHED);
    }
    return true;
  };
  const { data } = proposal;
  const active = past.data?.active ?? null;
  return (
    <section className="card calibration" aria-labelledby="calibration-title">
      <h2 id="calibration-title">Calibration</h2>
      <p>
        In force: <strong>{active === null ? 'as shipped' : `version ${active.version}`}</strong>
        {active !== null && (
          <span className="muted">
            {' '}
            since {dateTime(active.at)}, by {shortId(active.by, 20)}
          </span>
        )}
      </p>
      {problem && <ProblemNote problem={problem} slim />}
      {data === undefined ? (
        proposal.problem && <ProblemNote problem={proposal.problem} slim />
      ) : (
        <>
          <p>{data.explanation}</p>
          {data.preview && <PreviewTable preview={data.preview} />}
          {data.tuning && <Tunings proposal={data} />}
        </>
      )}
      {may('policies:write') && (
        <p className="actions">
          {data?.state === 'proposed' && (
            <button type="button" className="button button-main" onClick={() => setAsked('apply')}>
              Apply this calibration
            </button>
          )}
          {active !== null && (
            <button type="button" className="button" onClick={() => setAsked('revert')}>
              Go back to the one before
            </button>
          )}
        </p>
      )}
      {past.data !== undefined && past.data.items.length > 0 && <Past items={past.data.items} />}
      <Confirm
        isOpen={asked !== undefined}
        title={asked === 'apply' ? 'Apply this calibration?' : 'Go back to the calibration before?'}
        action={asked === 'apply' ? 'Apply' : 'Go back'}
        onClose={() => setAsked(undefined)}
        onConfirm={() => change(asked ?? 'apply')}
      >
        {asked === 'apply' ? (
          <p>
            Requests from now on are linked by it; threads of the past stay as they are. It is made anew from the evidence of this moment,
            and can be taken back.
          </p>
        ) : (
          <p>Requests from now on are linked as before it; threads of the past stay as they are.</p>
        )}
      </Confirm>
    </section>
  );
}

function Tunings({ proposal: { tuning, current } }: { readonly proposal: Proposal }) {
  if (tuning === null) return null;
  const rows = [
    ['join from', current.joinFrom, tuning.joinFrom],
    ['confidence slope', current.confidence.slope, tuning.confidence.slope],
    ['confidence offset', current.confidence.offset, tuning.confidence.offset],
    ...Object.entries(tuning.time).map(([name, value]) => [`time: ${name}`, current.time[name] ?? 0, value] as const),
  ] as const;
  return (
    <details>
      <summary>What it would set</summary>
      <table className="small-table">
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col" className="number">
              now
            </th>
            <th scope="col" className="number">
              then
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, now, then]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{now.toFixed(3)}</td>
              <td className="number">{then === now ? 'same' : then.toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Past({ items }: { readonly items: Calibrations['items'] }) {
  return (
    <details>
      <summary>{plural(items.length, 'change')} so far</summary>
      <ol className="past">
        {items.map(({ id, version, action, at, by, revertedTo, active }) => (
          <li key={id}>
            version {version}:{' '}
            {action === 'apply' ? 'applied' : `back to ${revertedTo === 0 ? 'as shipped' : `version ${revertedTo ?? ''}`}`}{' '}
            <span className="muted">
              {dateTime(at)}, by {shortId(by, 20)}
              {active && ', in force'}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
