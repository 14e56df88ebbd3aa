import { useEffect, useState } from 'react';
import { useMay } from '../api/me.ts';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, liveAddress } from '../route/url.ts';
import { Choice } from '../ui/choice.tsx';
import { FilterChip } from '../ui/filter-chip.tsx';
import { plural, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { LiveRow } from './live-row.tsx';
import { Pace } from './pace.tsx';
import { isGap, lastMinute, SECONDS, type Row } from './traffic.ts';
import { useLive, type Filter } from './use-live.ts';

const TROUBLES = [
  ['error', 'failed'],
  ['blocked', 'blocked'],
] as const;

const countedSeconds = (sinceMs: number | undefined, now: number): number =>
  Math.min(SECONDS, Math.max(1, Math.round((now - (sinceMs ?? now)) / 1_000)));

/** Requests as they are stored, newest on top. Held, the list stays as it is and the figures go on. */
export function LiveView({ filter }: { readonly filter: Filter }) {
  const { traffic, isConnected, problem } = useLive(filter);
  const [held, setHeld] = useState<readonly Row[]>();
  const now = useNow(1_000);
  const mayRuns = useMay()('runs:read');
  const { counts, perSecond } = lastMinute(traffic.seconds, now);
  const rows = held ?? traffic.rows;
  const first = held?.[0];
  const at = first === undefined ? -1 : traffic.rows.findIndex(({ id }) => id === first.id);
  const waiting = held === undefined ? 0 : traffic.rows.slice(0, at < 0 ? traffic.rows.length : at).filter((row) => !isGap(row)).length;
  const hold = (): void => setHeld(held === undefined ? traffic.rows : undefined);
  const change = (changed: Filter): void => navigate(liveAddress({ ...filter, ...changed }));
  useTitle('Live traffic');
  useKeys({ p: hold, j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  // Another filter is another list.
  useEffect(() => setHeld(undefined), [filter.user, filter.model, filter.trouble]);
  const models = [
    ...new Set([filter.model, ...traffic.rows.flatMap((row) => (isGap(row) ? [] : [row.model.requested, row.model.executed]))]),
  ];
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Live traffic</h1>
        <Choice label="Shown" all="all requests" value={filter.trouble} options={TROUBLES} onChoose={(trouble) => change({ trouble })} />
        <Choice
          label="Model"
          all="any model"
          value={filter.model}
          options={models
            .filter((name) => typeof name === 'string')
            .sort()
            .map((name) => [name, name])}
          onChoose={(model) => change({ model })}
        />
        {filter.user !== undefined && (
          <FilterChip text={`user ${shortId(filter.user)}`} href={liveAddress({ ...filter, user: undefined })} />
        )}
        <button type="button" className="button" aria-pressed={held !== undefined} onClick={hold}>
          {held === undefined ? 'Pause' : waiting === 0 ? 'Go on' : `Go on, ${plural(waiting, 'new request')}`}
        </button>
        {isConnected !== undefined && (
          <span className={isConnected && held === undefined ? 'live' : 'live live-off'} role="status">
            {!isConnected ? 'connecting again' : held === undefined ? 'live' : 'paused'}
          </span>
        )}
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      {isConnected === undefined && !problem ? (
        <Skeleton rows={6} label="Waiting for traffic" />
      ) : (
        <>
          <Pace counts={counts} perSecond={perSecond} countedSeconds={countedSeconds(traffic.sinceMs, now)} />
          {rows.length === 0 ? (
            !problem && (
              <p className="nothing">
                No request yet{Object.values(filter).some((one) => one !== undefined) && ' that passes the filter'}. New ones show here by
                themselves.
              </p>
            )
          ) : (
            <Listing
              label="Requests"
              className="live-table"
              columns={['At', 'Prompt', 'Model', 'User', figures('Took'), figures('Tokens, cost'), figures('Run')]}
            >
              {rows.map((row) => (
                <LiveRow key={row.id} row={row} filter={filter} mayRuns={mayRuns} />
              ))}
            </Listing>
          )}
        </>
      )}
    </>
  );
}
