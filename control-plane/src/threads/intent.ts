import type { Intent, TurnInput } from './types.ts';

/** What the user wants of the request. */
export function intentOf(turn: TurnInput): Intent {
  return /\?\s*$/.test(turn.text) ? 'information_seeking' : 'task_execution';
}
