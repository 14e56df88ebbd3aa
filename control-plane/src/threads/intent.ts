// What the user wants of a request: one logistic model for each intent, over the embedding and the cues.
import { textLogit } from './infer/linker.ts';
import type { TextModel } from './infer/weights.ts';
import { describeText, type TextTraits } from './text/traits.ts';
import type { Intent, TurnInput } from './types.ts';
import shipped from './weights/intent.json' with { type: 'json' };

export type IntentModels = Readonly<Record<Intent, TextModel>>;

export const INTENTS = [
  'information_seeking',
  'task_execution',
  'conversation_management',
  'error_recovery',
] as const satisfies readonly Intent[];
/** Log-odds for texts about an error, with code or in several lines: the sentences that the models learned from complain of answers, not of programs. */
const MENTIONED_ERROR = 3;
/** What runtimes print when a program fails. */
const STACK_TRACE = /^(?:Traceback \(most recent call last\)|\s+at \S+ ?\(|Exception in thread |(?:[A-Z]\w{0,40})?(?:Error|Exception): )/m;
const shippedModels: IntentModels = shipped.models;

export function intentOf(turn: TurnInput, models: IntentModels = shippedModels): Intent {
  // No text is kept of this request: what agents and pipelines ask for without a word is work.
  if (turn.text === '') return 'task_execution';
  if (STACK_TRACE.test(turn.text.slice(0, 6000))) return 'error_recovery';
  return classify(turn.vector, describeText(turn.text), models);
}

export function classify(vector: Float32Array | undefined, traits: TextTraits, models: IntentModels): Intent {
  let best: Intent = 'information_seeking';
  let highest = -Infinity;
  for (const intent of INTENTS) {
    const mentioned = intent === 'error_recovery' && traits.cues.error === 1 && (traits.cues.code === 1 || traits.cues.lines > 1);
    const logit = textLogit(models[intent], vector, traits) + (mentioned ? MENTIONED_ERROR : 0);
    if (logit > highest) {
      highest = logit;
      best = intent;
    }
  }
  return best;
}
