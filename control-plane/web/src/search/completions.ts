// What the search box offers for the word that is being written: names of filters, then their values.

export interface Completion {
  /** As it stands in the box when chosen; a space follows a whole filter. */
  readonly insert: string;
  readonly meaning: string;
}

const MEANINGS: Readonly<Record<string, string>> = {
  user: 'a pseudonym from the list',
  model: 'asked for or answered by',
  topic: 'id of a topic',
  thread: 'id of a thread',
  position: 'in its thread',
  intent: 'what the user wants',
  method: 'how it was linked',
  outcome: 'how the request ended',
  after: 'a date',
  before: 'a date',
};

const VALUES: Readonly<Record<string, readonly string[]>> = {
  position: ['first', 'continuation', 'topic_shift', 'orphaned'],
  intent: ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'],
  method: ['declared', 'history', 'inferred', 'new', 'person'],
  outcome: ['ok', 'error', 'blocked', 'aborted'],
};

const MOST = 8;
/** One letter is the beginning of too many words. */
const LEAST_LETTERS = 2;
const DAYS_BACK: readonly (readonly [number, string])[] = [
  [0, 'today'],
  [1, 'yesterday'],
  [7, 'a week ago'],
  [30, 'a month ago'],
];
const DAY_MS = 86_400_000;
const LAST_WORD = /(?:^|\s)([a-z]+)(?::("?)([^\s"]*))?$/i;

/** @param models names that `model:` can take, as far as they are known */
export function completionsOf(draft: string, models: readonly string[], nowMs: number): readonly Completion[] {
  const match = LAST_WORD.exec(draft);
  const name = match?.[1]?.toLowerCase() ?? '';
  const begun = match?.[3]?.toLowerCase();
  if (begun === undefined) {
    if (name.length < LEAST_LETTERS) return [];
    return Object.entries(MEANINGS)
      .filter(([known]) => known.startsWith(name))
      .map(([known, meaning]) => ({ insert: `${known}:`, meaning }));
  }
  return valuesOf(name, models, nowMs)
    .filter(({ value }) => value.toLowerCase().includes(begun) && value.toLowerCase() !== begun)
    .slice(0, MOST)
    .map(({ value, meaning }) => ({ insert: `${name}:${/\s/.test(value) ? `"${value}"` : value} `, meaning }));
}

function valuesOf(name: string, models: readonly string[], nowMs: number): readonly { readonly value: string; readonly meaning: string }[] {
  if (name === 'model') return models.map((value) => ({ value, meaning: '' }));
  if (name === 'after' || name === 'before') {
    return DAYS_BACK.map(([days, meaning]) => ({ value: new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10), meaning }));
  }
  return (VALUES[name] ?? []).map((value) => ({ value, meaning: '' }));
}

/** The text with its last word replaced. */
export function completed(draft: string, { insert }: Completion): string {
  const match = LAST_WORD.exec(draft);
  if (match === null) return draft + insert;
  const word = match[0].trimStart();
  return draft.slice(0, draft.length - word.length) + insert;
}
