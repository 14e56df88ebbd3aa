import type { ThreadDetail } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { listAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { Badge } from '../ui/badge.tsx';
import { Fact } from '../ui/fact.tsx';
import { OUTCOME_TONES } from '../ui/outcome.ts';
import { compact, dateTime, duration, money, percent, plural, shortId } from '../ui/format.ts';

interface ThreadHeadProps {
  readonly thread: ThreadDetail;
  readonly onBack: () => void;
  /** Undefined where the reader may not change threads. */
  readonly onRepair: (() => void) | undefined;
  /** The address with the graph open, or closed where it is open. */
  readonly graph: { readonly isOpen: boolean; readonly toggle: string };
}

export function ThreadHead({ thread, onBack, onRepair, graph }: ThreadHeadProps) {
  return (
    <section className="thread-head" aria-label="Thread">
      <BackButton onBack={onBack} />
      <h1 className="thread-title" dir="auto">
        {thread.title === '' ? 'No text kept' : thread.title}
      </h1>
      <div className="head-action">
        <Link className="button" href={graph.toggle} replace>
          {graph.isOpen ? 'Hide the graph' : 'Show the graph'}
        </Link>
        {onRepair && (
          <button type="button" className="button" onClick={onRepair} aria-haspopup="dialog">
            Split or merge …
          </button>
        )}
      </div>
      <dl className="summary">
        <Fact name="User">
          {thread.user === null ? (
            'unknown'
          ) : (
            <Link className="mono" href={listAddress({ user: thread.user })} title={thread.user}>
              {shortId(thread.user)}
            </Link>
          )}
        </Fact>
        <Fact name="Outcome">
          <Badge tone={OUTCOME_TONES[thread.outcome]}>{thread.outcome}</Badge>
        </Fact>
        {thread.topic !== null && thread.topic.label !== null && (
          <Fact name="Topic">
            <Link href={listAddress({ topic: thread.topic.id })} dir="auto">
              {thread.topic.label}
            </Link>
          </Fact>
        )}
        <Fact name="Turns">
          {plural(thread.turns, 'turn')}
          {thread.calls > thread.turns ? `, ${plural(thread.calls, 'call')}` : ''}
        </Fact>
        <Fact name="Sessions">{plural(thread.sessions, 'session')}</Fact>
        <Fact name="Began">
          <time dateTime={thread.startedAt}>{dateTime(thread.startedAt)}</time>
          {thread.durationMs > 0 && `, over ${duration(thread.durationMs)}`}
        </Fact>
        <Fact name="Tokens">
          {compact(thread.inputTokens)} in, {compact(thread.outputTokens)} out
        </Fact>
        <Fact name="Cost">{money(thread.costUsd)}</Fact>
        <Fact name="Weakest link">{percent(thread.lowestConfidence)} sure</Fact>
      </dl>
    </section>
  );
}
