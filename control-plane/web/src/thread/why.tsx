import type { LinkMethod, Move, Reason, RequestView } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { threadAddress } from '../route/url.ts';
import { dateTime, percent, shortId } from '../ui/format.ts';
import { Meter, toneOfConfidence } from '../ui/meter.tsx';
import { WeightBar } from '../ui/weight-bar.tsx';
import { indexOfRequest, type LinkTo, type Turn } from './turns.ts';

interface WhyProps {
  readonly request: RequestView;
  readonly turns: readonly Turn[];
  readonly linkTo: LinkTo;
}

const METHODS: Readonly<Record<LinkMethod, string>> = {
  declared: 'the client declared it',
  history: 'of the history it carries',
  inferred: 'of what it means',
  new: 'nothing earlier fits',
  person: 'a person put it here',
};

const MOVED: Readonly<Record<Move['evidence'], string>> = {
  history: 'once a later request carried its history',
  declared: 'once the client declared its session',
  person: 'by a person',
};

/** Why the request stands in this thread: the evidence, how sure it is, and what else came into question. */
export function Why({ request, turns, linkTo }: WhyProps) {
  const isNew = request.predecessor === null && request.position !== 'continuation';
  const before = indexOfRequest(turns, request.predecessor ?? undefined);
  return (
    <section className="card why" aria-labelledby="why-title">
      <h3 id="why-title">
        {isNew ? 'Began a thread because' : 'Joined because'}{' '}
        {isNew && request.method === 'inferred' ? METHODS.new : METHODS[request.method]}
      </h3>
      <p className="sure">
        <Meter share={request.confidence} tone={toneOfConfidence(request.confidence)} />
        <strong>{percent(request.confidence)} sure</strong>
        {before !== -1 && (
          <span>
            follows{' '}
            <Link href={linkTo(request.predecessor ?? undefined)} replace>
              turn {turns[before]?.number}
            </Link>
            {request.similarity !== null && `, similarity ${request.similarity.toFixed(2)}`}
          </span>
        )}
      </p>
      {request.reasons.length > 0 && (
        <ul className="reasons">
          {request.reasons.map((reason, index) => (
            <ReasonLine key={index} reason={reason} />
          ))}
        </ul>
      )}
      {request.reasons.some(({ weight }) => weight !== undefined) && (
        <p className="hint">Weights in log-odds: right of the line speaks for an earlier thread, left against it.</p>
      )}
      {(request.moves ?? []).length > 0 && (
        <>
          <h4>Moved here</h4>
          <ul className="moves">
            {(request.moves ?? []).map(({ from, evidence, at }) => (
              <li key={from + at}>
                from{' '}
                <Link className="mono" href={threadAddress({ thread: from })} title={from}>
                  {shortId(from, 16)}
                </Link>{' '}
                {MOVED[evidence]}, <time dateTime={at}>{dateTime(at)}</time>
              </li>
            ))}
          </ul>
        </>
      )}
      {request.alternatives.length > 0 && (
        <>
          <h4>Other threads in question</h4>
          <ul className="alternatives">
            {request.alternatives.map(({ threadId, probability }) => (
              <li key={threadId}>
                <Meter share={probability} />
                {percent(probability)}
                <Link className="mono" href={threadAddress({ thread: threadId })} title={threadId}>
                  {shortId(threadId, 20)}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function ReasonLine({ reason: { code, text, weight } }: { readonly reason: Reason }) {
  return (
    <li className={weight === undefined ? 'reason reason-plain' : 'reason'} title={code}>
      <span className="reason-weight">{weight === undefined ? <span aria-hidden="true">✓</span> : <WeightBar weight={weight} />}</span>
      <span>{text}</span>
    </li>
  );
}
