import type { Insight } from '../../api/insight.ts';
import { Link } from '../../route/link.tsx';
import { plural, words } from '../../ui/format.ts';
import type { LinkTo } from '../turns.ts';

interface BreakdownCardProps {
  readonly breakdown: NonNullable<Insight['breakdown']>;
  readonly linkTo: LinkTo;
}

/** Where it went wrong, what shows it, and whether the thread came back. */
export function BreakdownCard({ breakdown: { requestId, turn, kind, evidence, turnsAfter, recoveredAt }, linkTo }: BreakdownCardProps) {
  return (
    <section className="card" aria-labelledby="breakdown-title">
      <h3 id="breakdown-title">Breakdown</h3>
      <p className="sure">
        <strong>{words(kind)}</strong> at{' '}
        <Link href={linkTo(requestId)} replace>
          turn {turn}
        </Link>
      </p>
      <ul className="reasons">
        {evidence.map(({ code, text }) => (
          <li key={code + text} className="reason reason-plain" title={words(code)}>
            <span className="reason-weight" aria-hidden="true">
              ✓
            </span>
            <span>{text}</span>
          </li>
        ))}
      </ul>
      <p className="hint">
        {turnsAfter === 0 ? 'It was the last turn. ' : `${plural(turnsAfter, 'turn')} came after it. `}
        {recoveredAt === null ? (
          turnsAfter > 0 && 'It did not recover.'
        ) : (
          <>
            Recovered at{' '}
            <Link href={linkTo(recoveredAt.requestId)} replace>
              turn {recoveredAt.turn}
            </Link>
            .
          </>
        )}
      </p>
    </section>
  );
}
