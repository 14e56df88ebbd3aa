import type { Insight } from '../../api/insight.ts';
import { useMay } from '../../api/me.ts';
import { Link } from '../../route/link.tsx';
import { worksAddress } from '../../route/url.ts';
import { Badge } from '../../ui/badge.tsx';
import { words } from '../../ui/format.ts';
import { WeightBar } from '../../ui/weight-bar.tsx';
import type { LinkTo } from '../turns.ts';
import { TurnLinks } from './turn-links.tsx';
import { VERDICT_TONES } from './verdict.ts';

interface SatisfactionProps {
  readonly satisfaction: Insight['satisfaction'];
  readonly insight: Insight;
  readonly linkTo: LinkTo;
}

/** What speaks for a satisfied user and what against, each with the turns that show it. */
export function Satisfaction({ satisfaction: { verdict, score, signals }, insight, linkTo }: SatisfactionProps) {
  const may = useMay();
  return (
    <section className="card" aria-labelledby="satisfaction-title">
      <h3 id="satisfaction-title">Satisfaction</h3>
      <p className="sure">
        <Badge tone={VERDICT_TONES[verdict]}>{verdict}</Badge>
        {score !== null && <strong>{score.toFixed(2)}</strong>}
      </p>
      {signals.length === 0 ? (
        <p className="hint">Nothing in this thread tells how content the user was.</p>
      ) : (
        <ul className="reasons">
          {signals.map(({ signal, weight, text, requestIds }) => (
            <li key={signal} className="reason" title={words(signal)}>
              <span className="reason-weight">
                <WeightBar weight={weight} full={3} />
              </span>
              <span>
                {text} <TurnLinks requestIds={requestIds} course={insight.course} linkTo={linkTo} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="hint">
        Right of the line speaks for a satisfied user, left against.
        {may('metrics:read') && (
          <>
            {' '}
            Over all threads: <Link href={worksAddress()}>what works</Link>.
          </>
        )}
      </p>
    </section>
  );
}
