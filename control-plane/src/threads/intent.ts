// What the user wants of a request: a small model over the embedding and the signs of its wording; the signs alone where no
// vector is kept, and for other languages than English, which the embedding model does not read well.
import { bestOf, scoresOf, type SpeechModel } from './speech/model.ts';
import { isEnglish, signsOf, type Signs } from './speech/signs.ts';
import type { FollowUp, Intent, TurnInput } from './types.ts';
import shipped from './weights/intent.json' with { type: 'json' };

export interface IntentModels {
  /** For texts with capitals and full stops, as people type to a chat. */
  readonly composed: SpeechModel;
  /** For short ones without, as voice assistants and search boxes get them: there "how long" orders a timer. */
  readonly casual: SpeechModel;
  readonly signsAlone: SpeechModel;
}

export const INTENTS = [
  'information_seeking',
  'task_execution',
  'conversation_management',
  'error_recovery',
] as const satisfies readonly Intent[];

/** Log-odds that a correction adds to "error recovery": the text alone often does not tell that an answer is mended. */
const CORRECTING = 1.5;

/** `followUp`: how the request leans on the one before, where there is one. `signs` are the text's own. */
export function intentOf(
  turn: Pick<TurnInput, 'text' | 'vector'>,
  followUp?: FollowUp,
  models: IntentModels = shipped,
  signs: Signs = signsOf(turn.text),
): Intent {
  // No text is kept of this request: what agents and pipelines ask for without a word is work.
  if (turn.text === '') return 'task_execution';
  // A pasted stack trace says it all, and written conversations hold too few to learn from.
  if (signs.stackTrace === 1) return 'error_recovery';
  const styled = isCasual(turn.text) ? models.casual : models.composed;
  const usable = turn.vector !== undefined && turn.vector.length === styled.vector?.[0]?.length && isEnglish(turn.text);
  const model = usable ? styled : models.signsAlone;
  const scores = scoresOf(model, signs, turn.vector);
  if (followUp === 'correction') {
    const at = model.labels.indexOf('error_recovery');
    scores[at] = (scores[at] ?? 0) + CORRECTING;
  }
  return bestOf(model, scores) as Intent;
}

const CASUAL_UNITS = 120;
const PUNCTUATED = /[.?!]\s*$/;

/** Short, begun in lower case and ended without a mark. */
export const isCasual = (text: string): boolean => text.length < CASUAL_UNITS && /^\p{Ll}/u.test(text) && !PUNCTUATED.test(text);
