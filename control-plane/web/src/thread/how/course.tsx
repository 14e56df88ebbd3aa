import type { Insight } from '../../api/insight.ts';
import type { Intent } from '../../api/views.ts';
import { Link } from '../../route/link.tsx';
import { words } from '../../ui/format.ts';
import type { LinkTo } from '../turns.ts';

const INTENTS: readonly Intent[] = ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'];

interface CourseStripProps {
  readonly segments: Insight['intents']['course'];
  readonly turns: number;
}

/** One stretch for each run of turns with the same intent; decoration beside words that say the same. */
export function CourseStrip({ segments, turns }: CourseStripProps) {
  return (
    <svg className="course-strip" viewBox={`0 0 ${Math.max(1, turns)} 10`} preserveAspectRatio="none" aria-hidden="true">
      {segments.map(({ intent, fromTurn, toTurn }) => (
        <rect key={fromTurn} className={`course-${intent}`} x={fromTurn - 1} width={Math.max(0.2, toTurn - fromTurn + 0.94)} height="10" />
      ))}
    </svg>
  );
}

const SHOWN = 12;

/** What the user was about, from turn to turn. */
export function Course({ insight: { intents, followUps, course }, linkTo }: { readonly insight: Insight; readonly linkTo: LinkTo }) {
  const kinds = Object.entries(followUps.counts).filter(([, count]) => count > 0);
  return (
    <section className="card" aria-labelledby="course-title">
      <h3 id="course-title">Course of intents</h3>
      <CourseStrip segments={intents.course} turns={course.length} />
      <p className="course-key">
        {INTENTS.filter((intent) => intents.counts[intent] > 0).map((intent) => (
          <span key={intent} className={`course-name name-${intent}`}>
            {words(intent)} {intents.counts[intent]}
          </span>
        ))}
      </p>
      <ol className="course-list">
        {intents.course.slice(0, SHOWN).map(({ intent, fromTurn, toTurn }) => (
          <li key={fromTurn}>
            <Link href={linkTo(course.find(({ turn }) => turn === fromTurn)?.requestId)} replace>
              {fromTurn === toTurn ? `turn ${fromTurn}` : `turns ${fromTurn}–${toTurn}`}
            </Link>{' '}
            {words(intent)}
          </li>
        ))}
        {intents.course.length > SHOWN && <li className="muted">and {intents.course.length - SHOWN} changes more</li>}
      </ol>
      {kinds.length > 0 && (
        <p className="hint">
          Follow-ups:{' '}
          {kinds
            .sort((a, b) => b[1] - a[1])
            .map(([kind, count]) => `${words(kind)} ${count}`)
            .join(', ')}
        </p>
      )}
    </section>
  );
}
