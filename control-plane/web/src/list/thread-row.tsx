import { memo, useEffect, useRef, useState } from 'react';
import type { ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { listAddress, threadAddress, type Filters } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { ago, compact, dateTime, duration, money, percent, plural, shortId, words } from '../ui/format.ts';
import { FeedbackBadges } from '../ui/feedback-badges.tsx';
import { Meter, toneOfConfidence } from '../ui/meter.tsx';
import { OUTCOME_TONES } from '../ui/outcome.ts';

interface ThreadRowProps {
  readonly thread: ThreadSummary;
  readonly filters: Filters;
  readonly nowMs: number;
}

const MODELS_SHOWN = 2;
/** Outcomes worth a badge. The others are how threads usually stand: going on, or done. */
const TOLD: ReadonlySet<ThreadSummary['outcome']> = new Set(['corrected', 'abandoned', 'failed']);
const NEWS_MS = 2500;

/** One thread. The prompt's link covers the row; what narrows the list stands above it. */
export const ThreadRow = memo(function ThreadRow({ thread, filters, nowMs }: ThreadRowProps) {
  const faults = thread.errors + thread.blocks;
  const hasNews = useNews(thread.lastAt);
  return (
    <li className={['row', faults > 0 ? 'row-faulty' : '', hasNews ? 'row-news' : ''].join(' ').trim()}>
      <div className="cell-prompt">
        <Prompts thread={thread} />
        <div className="row-tags">
          {TOLD.has(thread.outcome) && <Badge tone={OUTCOME_TONES[thread.outcome]}>{thread.outcome}</Badge>}
          {thread.errors > 0 && <Badge tone="bad">{plural(thread.errors, 'error')}</Badge>}
          {thread.blocks > 0 && <Badge tone="bad">{plural(thread.blocks, 'block')}</Badge>}
          {thread.breakdown !== null && <Badge tone="warn">broke down: {words(thread.breakdown.kind)}</Badge>}
          <FeedbackBadges feedback={thread.feedback} />
          {thread.topic !== null && thread.topic.label !== null && (
            <Link className="above tag-link" href={listAddress({ ...filters, topic: thread.topic.id })} title="Only this topic" dir="auto">
              {thread.topic.label}
            </Link>
          )}
        </div>
      </div>
      <div className="cell-user">
        {thread.user === null ? (
          <span className="muted">unknown</span>
        ) : (
          <Link className="above tag-link mono" href={listAddress({ ...filters, user: thread.user })} title={`Only user ${thread.user}`}>
            {shortId(thread.user)}
          </Link>
        )}
      </div>
      <div className="cell-turns number">
        {compact(thread.turns)} <span className="narrow-only">{thread.turns === 1 ? 'turn' : 'turns'}</span>
        {thread.calls > thread.turns && <span className="under">{plural(thread.calls, 'call')}</span>}
      </div>
      <div className="cell-models">
        {thread.models.slice(0, MODELS_SHOWN).map((model) => (
          <Link key={model} className="above tag-link" href={listAddress({ ...filters, model })} title={`Only ${model}`}>
            {model}
          </Link>
        ))}
        {thread.models.length > MODELS_SHOWN && <span className="muted">+{thread.models.length - MODELS_SHOWN}</span>}
      </div>
      <div className="cell-cost number">
        {money(thread.costUsd)}
        <span className="under">{compact(thread.inputTokens + thread.outputTokens)} tok</span>
      </div>
      <div className="cell-confidence" title="Confidence of the weakest link in the thread">
        <Meter share={thread.lowestConfidence} tone={toneOfConfidence(thread.lowestConfidence)} />
        <span>
          {percent(thread.lowestConfidence)} <span className="narrow-only">sure</span>
        </span>
      </div>
      <div className="cell-time number">
        <time dateTime={thread.lastAt} title={dateTime(thread.lastAt)}>
          {ago(thread.lastAt, nowMs)}
        </time>
        <span className="under">{thread.turns > 1 ? `over ${duration(thread.durationMs)}` : ''}</span>
      </div>
    </li>
  );
});

/** Two lines: how the thread began and where it stands; a thread of one turn has both lines for its prompt. */
function Prompts({ thread: { id, title, lastPrompt, turns } }: { readonly thread: ThreadSummary }) {
  const hasLast = turns > 1 && lastPrompt !== '' && lastPrompt !== title;
  return (
    <>
      <Link data-row className={hasLast ? 'row-link row-link-one' : 'row-link'} href={threadAddress({ thread: id })} dir="auto">
        {title === '' ? <i>{turns === 0 ? 'Background calls only' : 'No text kept'}</i> : title}
      </Link>
      {hasLast && (
        <p className="row-last" dir="auto" title="The last prompt">
          {lastPrompt}
        </p>
      )}
    </>
  );
}

/** True for a moment after the thread moved on while it was in sight. */
function useNews(lastAt: string): boolean {
  const seen = useRef(lastAt);
  const [hasNews, setNews] = useState(false);
  useEffect(() => {
    if (seen.current === lastAt) return;
    seen.current = lastAt;
    setNews(true);
    const timer = setTimeout(() => setNews(false), NEWS_MS);
    return () => clearTimeout(timer);
  }, [lastAt]);
  return hasNews;
}
