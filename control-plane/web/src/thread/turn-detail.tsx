import type { RequestView, SessionThreads, ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { Badge } from '../ui/badge.tsx';
import { count, dateTime, timeOfDay, words } from '../ui/format.ts';
import { BreakdownNote } from './breakdown-note.tsx';
import { Calls } from './calls.tsx';
import { Facts } from './facts.tsx';
import { FeedbackList } from './feedback.tsx';
import { marksOf } from './marks.ts';
import { ModelPair } from './model-pair.tsx';
import { Received } from './received.tsx';
import { Redactions } from './redactions.tsx';
import { SameSession, type SessionMate } from './same-session.tsx';
import { Speech } from './speech.tsx';
import { finalAnswer, type LinkTo, type Turn } from './turns.ts';
import { Why } from './why.tsx';

interface TurnDetailProps {
  readonly turns: readonly Turn[];
  readonly index: number;
  /** Of the thread. */
  readonly total: number;
  /** False while turns before and after are on their way. */
  readonly isWhole: boolean;
  /** The request that the address names: the turn's own or one of its calls. */
  readonly openRequest: string | undefined;
  /** What broke down here, if it is here that the thread did. */
  readonly breakdown: ThreadSummary['breakdown'] | undefined;
  /** Threads of the session that the turn stands in. */
  readonly session: readonly SessionMate[];
  readonly declaredSession: SessionThreads | null | undefined;
  readonly linkTo: LinkTo;
  readonly isRailOpen: boolean;
  readonly onToggleRail: () => void;
}

export function TurnDetail(props: TurnDetailProps) {
  const { turns, index, isWhole, openRequest, breakdown, session, declaredSession, linkTo } = props;
  const turn = turns[index];
  if (turn === undefined) return null;
  const shown = turn.calls.find(({ request }) => request.id === openRequest)?.request ?? turn.head;
  return (
    <article className="turn" aria-labelledby="turn-title">
      <div className="turn-main">
        <TurnHead {...props} request={shown} />
        {breakdown && <BreakdownNote breakdown={breakdown} turn={turn} shown={shown} linkTo={linkTo} />}
        <Neighbour turn={turns[index - 1]} href={linkTo(turns[index - 1]?.head.id)} />
        <Speech who="Prompt" text={shown.prompt} />
        {isWhole ? <Received turns={turns} index={index} request={shown} /> : <div className="bone bone-received" />}
        <Speech who="Answer" text={shown === turn.head ? finalAnswer(turn) : shown.answer} missing={missingAnswer(shown)} />
        <Redactions key={shown.id} request={shown} />
        <FeedbackList title="Feedback on this turn" items={turn.feedback} />
        <Calls turn={turn} shown={shown.id} linkTo={linkTo} />
        <Neighbour turn={turns[index + 1]} href={linkTo(turns[index + 1]?.head.id)} />
      </div>
      <aside className="turn-aside" aria-label="Evidence and metadata of this turn">
        <Why request={shown} turns={turns} linkTo={linkTo} />
        <SameSession thread={shown.thread} inTime={session} declared={declaredSession} />
        <Facts request={shown} />
      </aside>
    </article>
  );
}

function missingAnswer({ status, guardrails }: RequestView): string {
  if (guardrails.some(({ verdict, stage }) => verdict === 'block' && stage !== 'response'))
    return 'A guardrail refused the request; no provider was called.';
  if (guardrails.some(({ verdict }) => verdict === 'block') || status?.outcome === 'blocked') return 'A guardrail held the answer back.';
  if (status?.outcome === 'error') return 'No answer: the call failed.';
  if (status?.outcome === 'aborted') return 'No answer: the client went away.';
  return 'No text kept.';
}

function TurnHead({ turns, index, total, linkTo, isRailOpen, onToggleRail, request }: TurnDetailProps & { readonly request: RequestView }) {
  return (
    <header className="turn-head">
      <div className="stepper">
        <Step href={linkTo(turns[index - 1]?.head.id)} isThere={index > 0} label="Previous turn" sign="‹" />
        <h2 id="turn-title" className="turn-title">
          Turn {count(turns[index]?.number ?? 0)} <span className="muted">of {count(total)}</span>
        </h2>
        <Step href={linkTo(turns[index + 1]?.head.id)} isThere={index + 1 < turns.length} label="Next turn" sign="›" />
        <button type="button" className="button rail-toggle" aria-expanded={isRailOpen} aria-controls="rail" onClick={onToggleRail}>
          All turns
        </button>
      </div>
      <p className="turn-line">
        <strong>{words(request.position)}</strong>
        <span>{words(request.intent)}</span>
        {request.followUp !== null && <span>{words(request.followUp)}</span>}
        <ModelPair request={request} />
        <time dateTime={request.at} title={dateTime(request.at)}>
          {timeOfDay(request.at)}
        </time>
      </p>
      <Marks request={request} />
    </header>
  );
}

function Marks({ request }: { readonly request: RequestView }) {
  const marks = marksOf(request);
  if (marks.length === 0) return null;
  return (
    <p className="row-tags">
      {marks.map((mark) => (
        <Badge key={mark.text} tone={mark.tone} title={mark.title}>
          {mark.text}
        </Badge>
      ))}
    </p>
  );
}

function Step({
  href,
  isThere,
  label,
  sign,
}: {
  readonly href: string;
  readonly isThere: boolean;
  readonly label: string;
  readonly sign: string;
}) {
  return isThere ? (
    <Link className="step" href={href} replace aria-label={label}>
      <span aria-hidden="true">{sign}</span>
    </Link>
  ) : (
    <span className="step step-off" aria-hidden="true">
      {sign}
    </span>
  );
}

/** The turn before or after, in short: a question is rarely understood without what came before it. */
function Neighbour({ turn, href }: { readonly turn: Turn | undefined; readonly href: string }) {
  if (turn === undefined) return null;
  return (
    <Link className="neighbour" href={href} replace>
      <span className="neighbour-title">Turn {count(turn.number)}</span>
      <span className="clip" dir="auto">
        {turn.head.prompt ?? 'No text kept'}
      </span>
      {turn.head.answer !== null && (
        <span className="clip muted" dir="auto">
          {turn.head.answer}
        </span>
      )}
    </Link>
  );
}
