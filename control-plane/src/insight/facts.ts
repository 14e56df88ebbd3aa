// How one thread went, from its requests and what was said of them.
import type { FollowUp, Intent, ThreadDetail } from '../threads/index.ts';
import { byModel, costOfThread, intentCourse, turnsOf } from './course.ts';
import { guardrailsOf } from './guardrails.ts';
import type { Likeness } from './ports.ts';
import { qualityOf, type EvaluatorScale } from './quality.ts';
import { satisfactionOf } from './satisfaction.ts';
import { topicWordsOf } from './topic-words.ts';
import { breakdownOf } from './trouble.ts';
import type { ThreadInsight } from './views.ts';

const INTENTS = ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'] as const satisfies readonly Intent[];
const FOLLOW_UPS = [
  'pronoun',
  'implicit_subject',
  'elaboration',
  'correction',
  'refinement',
  'repeat',
] as const satisfies readonly FollowUp[];

/** Pure: the same thread gives the same facts. `alike` compares prompts of its requests; without it words alone tell that one is another reworded. */
export function insightOf(thread: ThreadDetail, scales: readonly EvaluatorScale[] = [], alike: Likeness = () => undefined): ThreadInsight {
  const turns = turnsOf(thread);
  const satisfaction = satisfactionOf(thread, turns);
  const countOf = <T extends string>(names: readonly T[], of: (turn: (typeof turns)[number]) => T | null): Record<T, number> =>
    Object.fromEntries(names.map((name) => [name, turns.filter((turn) => of(turn) === name).length])) as Record<T, number>;
  return {
    id: thread.id,
    durationMs: thread.durationMs,
    turns: thread.turns,
    calls: thread.calls,
    topicWords: topicWordsOf(turns.map(({ opening }) => opening.prompt)),
    course: turns.map(({ shown }) => shown),
    intents: { counts: countOf(INTENTS, ({ shown }) => shown.intent), course: intentCourse(turns) },
    followUps: { counts: countOf(FOLLOW_UPS, ({ shown }) => shown.followUp) },
    models: byModel(thread.requests),
    cost: costOfThread(thread.requests),
    satisfaction,
    quality: qualityOf(thread, turns, satisfaction, scales),
    breakdown: breakdownOf(thread, turns),
    guardrails: guardrailsOf(turns, alike),
  };
}
