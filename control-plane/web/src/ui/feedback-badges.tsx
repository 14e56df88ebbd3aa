import type { ThreadFeedback } from '../api/views.ts';
import { Badge } from './badge.tsx';
import { plural, score } from './format.ts';

interface FeedbackBadgesProps {
  readonly feedback: ThreadFeedback;
  /** Scores of several names have no common scale: a row shows one at most. */
  readonly scoresShown?: number;
}

/** What was said of a thread, in a few words. */
export function FeedbackBadges({ feedback: { up, down, completed, scores = [] }, scoresShown = 1 }: FeedbackBadgesProps) {
  return (
    <>
      {down > 0 && (
        <Badge tone="bad" title="Thumbs that point down">
          {plural(down, 'thumb')} down
        </Badge>
      )}
      {up > 0 && (
        <Badge tone="good" title="Thumbs that point up">
          {plural(up, 'thumb')} up
        </Badge>
      )}
      {completed !== undefined && (
        <Badge tone={completed ? 'good' : 'bad'} title="What was said last of whether the user got it done">
          {completed ? 'said done' : 'said not done'}
        </Badge>
      )}
      {scores.slice(0, scoresShown).map(({ name, mean, count }) => (
        <Badge key={name} title={`Mean of ${plural(count, 'score')}, on the evaluator's own scale`}>
          {name === '' ? 'score' : name} {score(mean)}
        </Badge>
      ))}
      {scores.length > scoresShown && <span>+{plural(scores.length - scoresShown, 'score')}</span>}
    </>
  );
}
