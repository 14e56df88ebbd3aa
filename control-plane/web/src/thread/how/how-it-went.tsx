import { readInsight, type Insight } from '../../api/insight.ts';
import { pause } from '../../api/pause.ts';
import { useResource } from '../../api/use-resource.ts';
import type { ThreadDetail, ThreadFeedback } from '../../api/views.ts';
import { Link } from '../../route/link.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Fact } from '../../ui/fact.tsx';
import { FeedbackBadges } from '../../ui/feedback-badges.tsx';
import { plural, words } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { FeedbackList } from '../feedback.tsx';
import type { LinkTo } from '../turns.ts';
import { BreakdownCard } from './breakdown-card.tsx';
import { Course, CourseStrip } from './course.tsx';
import { GuardrailPaths } from './guardrail-paths.tsx';
import { ModelsUsed } from './models-used.tsx';
import { Quality } from './quality.tsx';
import { Satisfaction } from './satisfaction.tsx';
import { VERDICT_TONES } from './verdict.ts';

interface HowItWentProps {
  readonly thread: ThreadDetail;
  readonly isOpen: boolean;
  /** The address with the facts unfolded, or folded where they are open. */
  readonly toggle: string;
  readonly linkTo: LinkTo;
}

const POLL_MS = 15_000;
/** Large threads are read again less often: each answer goes through all their requests. */
const SLOW_POLL_MS = 120_000;
const LARGE = 300;
/** Their facts come once the thread itself stands: both go through all its requests. */
const LATER_MS = 1000;

/** How the thread went, in four figures; the evidence of each unfolds. */
export function HowItWent({ thread, isOpen, toggle, linkTo }: HowItWentProps) {
  const { data, problem } = useResource<Insight>(
    `insight ${thread.id}`,
    async (signal) => {
      if (thread.calls > LARGE) await pause(LATER_MS, signal);
      return readInsight(thread.id, signal);
    },
    thread.calls > LARGE ? SLOW_POLL_MS : POLL_MS,
  );
  if (problem?.status === 404) return null;
  const whole = thread.feedbackGiven.filter(({ requestId }) => requestId === null);
  return (
    <section className="how" aria-label="How it went">
      <div className="how-side">
        <dl className="how-brief">
          {hasFeedback(thread.feedback) && (
            <Fact name="Feedback">
              <FeedbackBadges feedback={thread.feedback} scoresShown={3} />
            </Fact>
          )}
          {data && <Brief insight={data} />}
        </dl>
        {data && (
          <Link className="how-toggle" href={toggle} replace aria-expanded={isOpen}>
            {isOpen ? 'Hide the evidence' : 'Show the evidence'}
          </Link>
        )}
      </div>
      {isOpen && data && (
        <div className="how-cards">
          <Satisfaction satisfaction={data.satisfaction} insight={data} linkTo={linkTo} />
          <Quality quality={data.quality} />
          <Course insight={data} linkTo={linkTo} />
          {data.breakdown && <BreakdownCard breakdown={data.breakdown} linkTo={linkTo} />}
          {data.guardrails.incidents.length > 0 && <GuardrailPaths guardrails={data.guardrails} linkTo={linkTo} />}
          <ModelsUsed insight={data} />
          {whole.length > 0 && (
            <div className="card">
              <FeedbackList title="Feedback on the whole thread" items={whole} />
            </div>
          )}
        </div>
      )}
    </section>
  );
}

function Brief({ insight: { satisfaction, quality, guardrails, intents, course } }: { readonly insight: Insight }) {
  const strongest = [...satisfaction.signals].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))[0];
  return (
    <>
      <Fact name="Satisfaction">
        <Badge tone={VERDICT_TONES[satisfaction.verdict]}>{satisfaction.verdict}</Badge>
        {satisfaction.score !== null && <span className="figure">{satisfaction.score.toFixed(2)}</span>}
        {strongest && <span className="muted clip">{strongest.text}</span>}
      </Fact>
      <Fact name="Quality">
        {quality.score === null ? (
          <span className="muted">nothing to judge by yet</span>
        ) : (
          <>
            <span className="figure">{quality.score.toFixed(2)}</span>
            <Meter share={quality.score} tone={quality.score >= 0.6 ? 'accent' : quality.score >= 0.4 ? 'warn' : 'bad'} />
            <span className="muted clip">of {quality.parts.map(({ part }) => part).join(', ')}</span>
          </>
        )}
      </Fact>
      <Fact name="Course">
        <CourseStrip segments={intents.course} turns={course.length} />
        <span className="muted clip">{intents.course.map(({ intent }) => words(intent)).join(' → ')}</span>
      </Fact>
      {guardrails.blocks > 0 && (
        <Fact name="Guardrails">
          <Badge tone="bad">{plural(guardrails.blocks, 'block')}</Badge>
          {guardrails.rephrasedUntilPassed && (
            <Badge tone="warn" title="What was refused was asked in other words until it went through">
              rephrased until it passed
            </Badge>
          )}
        </Fact>
      )}
    </>
  );
}

const hasFeedback = ({ up, down, completed, scores = [] }: ThreadFeedback): boolean =>
  up + down + scores.length > 0 || completed !== undefined;
