import { memo } from 'react';
import type { LiveRequest } from '../api/live.ts';
import { Link } from '../route/link.tsx';
import { liveAddress, runAddress, threadAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { compact, dateTime, duration, money, plural, shortId, timeOfDay, words } from '../ui/format.ts';
import { ModelNames } from '../ui/model-names.tsx';
import { isGap, type Row } from './traffic.ts';
import type { Filter } from './use-live.ts';

interface LiveRowProps {
  readonly row: Row;
  readonly filter: Filter;
  readonly mayRuns: boolean;
}

export const LiveRow = memo(function LiveRow({ row, filter, mayRuns }: LiveRowProps) {
  if (isGap(row)) {
    return (
      <li className="live-gap">
        {row.left === undefined
          ? 'The connection was lost: requests may be missing here'
          : `${plural(row.left, 'more request')} passed here`}
      </li>
    );
  }
  return <Request of={row} filter={filter} mayRuns={mayRuns} />;
});

function Request({ of, filter, mayRuns }: { readonly of: LiveRequest; readonly filter: Filter; readonly mayRuns: boolean }) {
  const hasFailed = of.outcome === 'error' || of.isBlocked;
  return (
    <li className={hasFailed ? 'row row-faulty row-news' : 'row row-news'}>
      <time className="mono" dateTime={of.at} title={dateTime(of.at)}>
        {timeOfDay(of.at)}
      </time>
      <div className="cell-prompt">
        <Link data-row className="row-link row-link-one" href={threadAddress({ thread: of.thread, request: of.id })} dir="auto">
          {of.prompt ?? <i>{of.kind === 'turn' ? 'No text kept' : words(of.kind)}</i>}
        </Link>
        <div className="row-tags">
          {of.isBlocked ? <Badge tone="warn">blocked</Badge> : of.outcome === 'error' && <Badge tone="bad">error</Badge>}
          {of.outcome === 'aborted' && <Badge>aborted</Badge>}
          <span>{of.kind === 'turn' ? words(of.position) : words(of.kind)}</span>
          {of.kind === 'turn' && <span>{words(of.intent)}</span>}
        </div>
      </div>
      <div className="cell-pair">
        <ModelNames requested={of.model.requested} executed={of.model.executed} />
      </div>
      <div className="live-user">
        {of.user === null ? (
          <span className="muted">unknown user</span>
        ) : (
          <Link className="above tag-link" href={liveAddress({ ...filter, user: of.user })} title={`Only ${of.user}`}>
            {shortId(of.user)}
          </Link>
        )}
      </div>
      <div className="number">{of.durationMs === null ? '–' : duration(of.durationMs)}</div>
      <div className="number">
        {of.tokens === null ? '–' : compact(of.tokens)} <span className="narrow-only">tokens</span>
        <span className="under">{money(of.costUsd)}</span>
      </div>
      <div className="number">
        {of.run !== null && mayRuns ? (
          <Link className="above tag-link" href={runAddress(of.run)} aria-label={`Run of the request at ${timeOfDay(of.at)}`}>
            run
          </Link>
        ) : (
          <span className="muted" aria-hidden="true">
            –
          </span>
        )}
      </div>
    </li>
  );
}
