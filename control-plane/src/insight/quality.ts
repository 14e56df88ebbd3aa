// One number for how good a thread was, from what evaluators and people said and from what happened. Every part is shown.
import type { ThreadDetail } from '../threads/index.ts';
import type { Turn } from './course.ts';
import { failed } from './trouble.ts';
import type { Quality, QualityPartName, Satisfaction } from './views.ts';

/** What a policy says of an evaluator's scores; `worst` may lie above `best`. */
export interface EvaluatorScale {
  readonly name: string;
  readonly worst: number;
  readonly best: number;
}

const QUALITY_WEIGHTS: Readonly<Record<QualityPartName, number>> = {
  evaluators: 3,
  completion: 2,
  thumbs: 2,
  satisfaction: 1,
  reliability: 1,
};
const QUALITY_FORMULA = 'sum(weight × value) / sum(weight)';

export function qualityOf(
  thread: ThreadDetail,
  turns: readonly Turn[],
  satisfaction: Satisfaction,
  scales: readonly EvaluatorScale[],
): Quality {
  const { up, down, completed } = thread.feedback;
  const evaluators = evaluatorsOf(thread, scales);
  const counted = evaluators.filter(({ value }) => value !== null);
  const part = (name: QualityPartName, value: number, count: number, text: string): Quality['parts'][number] => ({
    part: name,
    value,
    weight: QUALITY_WEIGHTS[name],
    count,
    text,
  });
  // Thumbs and completions stand as parts of their own: only what the user did is left of satisfaction.
  const acted = satisfaction.signals.filter(({ signal }) => !SAID.has(signal));
  const parts = [
    ...(counted.length > 0
      ? [
          part(
            'evaluators',
            mean(counted.map(({ value }) => value ?? 0)),
            counted.reduce((sum, one) => sum + one.count, 0),
            'Mean of the evaluators, each on its scale.',
          ),
        ]
      : []),
    ...(up + down > 0
      ? [part('thumbs', (up + 1) / (up + down + 2), up + down, '(up + 1) / (up + down + 2): one thumb alone says little.')]
      : []),
    ...(completed === undefined ? [] : [part('completion', completed ? 1 : 0, 1, 'Whether it was said to be done, the last time.')]),
    ...(acted.length > 0
      ? [
          part(
            'satisfaction',
            1 / (1 + Math.exp(-acted.reduce((sum, { weight }) => sum + weight, 0))),
            acted.length,
            'What the user did: corrections, repeats, how it ended.',
          ),
        ]
      : []),
    ...(turns.length > 0
      ? [
          part(
            'reliability',
            turns.filter((turn) => !failed(turn)).length / turns.length,
            turns.length,
            'Share of turns whose answer came.',
          ),
        ]
      : []),
  ];
  const isJudged = parts.some((one) => one.part !== 'reliability');
  const weights = parts.reduce((sum, { weight }) => sum + weight, 0);
  return {
    score: isJudged ? parts.reduce((sum, { weight, value }) => sum + weight * value, 0) / weights : null,
    formula: QUALITY_FORMULA,
    parts,
    evaluators,
  };
}

const SAID: ReadonlySet<string> = new Set(['thumbs_up', 'thumbs_down', 'said_done', 'said_not_done']);

/** Names as the thread holds them, "" where scores had none. */
function evaluatorsOf({ feedback, feedbackGiven }: ThreadDetail, scales: readonly EvaluatorScale[]): Quality['evaluators'] {
  return (feedback.scores ?? []).map(({ name, mean: average, count }) => {
    const scale = scales.find((one) => one.name === name) ?? usualScale(name, average, feedbackGiven);
    if (scale === undefined || scale.worst === scale.best) return { name, mean: average, count, worst: null, best: null, value: null };
    const { worst, best } = scale;
    return { name, mean: average, count, worst, best, value: Math.max(0, Math.min(1, (average - worst) / (best - worst))) };
  });
}

/** From 0 to 1 where nothing that was given of the name lies outside; else nobody knows how good a 4 is. */
function usualScale(name: string, average: number, given: ThreadDetail['feedbackGiven']): EvaluatorScale | undefined {
  const values = given.filter((item) => item.kind === 'score' && (item.name ?? '') === name).map(({ value }) => Number(value));
  return [average, ...values].every((value) => value >= 0 && value <= 1) ? { name, worst: 0, best: 1 } : undefined;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
