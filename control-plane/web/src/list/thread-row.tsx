import { memo } from 'react';
import type { Outcome, ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { listAddress, threadAddress, type Filters } from '../route/url.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { ago, compact, dateTime, duration, money, percent, plural, shortId, words } from '../ui/format.ts';
import { Meter, toneOfConfidence } from '../ui/meter.tsx';

interface ThreadRowProps {
  readonly thread: ThreadSummary;
  readonly filters: Filters;
  readonly nowMs: number;
}

const TONES: Readonly<Record<Outcome, Tone>> = { open: 'accent', completed: 'good', corrected: 'warn', abandoned: 'plain', failed: 'bad' };
const MODELS_SHOWN = 2;

/** One thread. The prompt's link covers the row; what narrows the list stands above it. */
export const ThreadRow = memo(function ThreadRow({ thread, filters, nowMs }: ThreadRowProps) {
  const faults = thread.errors + thread.blocks;
  return (
    <li className={faults > 0 ? 'row row-faulty' : 'row'}>
      <div className="cell-prompt">
        <Link data-row className="row-link" href={threadAddress(thread.id)} dir="auto">
          {thread.title === '' ? <i>No text kept</i> : thread.title}
        </Link>
        <div className="row-tags">
          <Badge tone={TONES[thread.outcome]}>{thread.outcome}</Badge>
          {thread.errors > 0 && <Badge tone="bad">{plural(thread.errors, 'error')}</Badge>}
          {thread.blocks > 0 && <Badge tone="bad">{plural(thread.blocks, 'block')}</Badge>}
          {thread.breakdown !== null && <Badge tone="warn">broke down: {words(thread.breakdown.kind)}</Badge>}
          {thread.topic !== null && (
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
