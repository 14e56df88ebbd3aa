import type { GuardrailIncident, Insight } from '../../api/insight.ts';
import { Link } from '../../route/link.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { words } from '../../ui/format.ts';
import type { LinkTo } from '../turns.ts';

interface GuardrailPathsProps {
  readonly guardrails: Insight['guardrails'];
  readonly linkTo: LinkTo;
}

const RESULTS: Readonly<Record<GuardrailIncident['result'], readonly [Tone, string]>> = {
  passed: ['warn', 'asked in other words until it passed'],
  stayed_blocked: ['good', 'stayed blocked'],
  gave_up: ['plain', 'the user gave up'],
  moved_on: ['plain', 'the user moved on'],
};

/** What led to each block, and what the user tried after it. */
export function GuardrailPaths({ guardrails: { incidents }, linkTo }: GuardrailPathsProps) {
  return (
    <section className="card" aria-labelledby="guardrails-title">
      <h3 id="guardrails-title">Path to the guardrail</h3>
      {incidents.map((incident) => (
        <Incident key={incident.requestId} incident={incident} linkTo={linkTo} />
      ))}
    </section>
  );
}

function Incident({ incident, linkTo }: { readonly incident: GuardrailIncident; readonly linkTo: LinkTo }) {
  const [tone, text] = RESULTS[incident.result];
  return (
    <div className="incident">
      <ol className="path">
        {incident.path.map(({ requestId, turn, intent, followUp }) => (
          <li key={requestId}>
            <Link href={linkTo(requestId)} replace>
              turn {turn}
            </Link>{' '}
            <span className="muted">{followUp === null ? words(intent) : words(followUp)}</span>
          </li>
        ))}
        <li>
          <Link href={linkTo(incident.requestId)} replace>
            turn {incident.turn}
          </Link>{' '}
          <Badge tone="bad">blocked{incident.guardrails.length > 0 && `: ${incident.guardrails.join(', ')}`}</Badge>
        </li>
        {incident.attempts.map(({ requestId, turn, isBlocked, similarity, evidence }) => (
          <li key={requestId}>
            <Link href={linkTo(requestId)} replace>
              turn {turn}
            </Link>{' '}
            <Badge tone={isBlocked ? 'bad' : 'warn'}>{isBlocked ? 'blocked again' : 'passed'}</Badge>{' '}
            <span className="muted">
              {words(evidence)}
              {similarity !== null && ` ${similarity.toFixed(2)}`}
            </span>
          </li>
        ))}
      </ol>
      <p className="hint">
        In the end: <Badge tone={tone}>{text}</Badge>
      </p>
    </div>
  );
}
