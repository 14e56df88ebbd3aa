// One box: ids, filters and plain words in any mixture. Every text means something; nothing is a syntax error. What looks
// like a filter but is not one (an unknown name, a date that is none) is taken as words.
import { timeOf } from '../kernel/index.ts';
import type { Intent, LinkMethod, Position } from '../threads/index.ts';

export interface Filters {
  readonly user?: string;
  readonly model?: string;
  readonly topic?: string;
  readonly thread?: string;
  readonly position?: Position;
  readonly intent?: Intent;
  readonly method?: LinkMethod;
  readonly outcome?: string;
  readonly afterMs?: number;
  readonly beforeMs?: number;
}

export interface ParsedQuery {
  readonly filters: Filters;
  /** What is left, as written. */
  readonly text: string;
  /** The words of it, lower case. */
  readonly words: readonly string[];
}

const POSITIONS = ['first', 'continuation', 'topic_shift', 'orphaned'];
const INTENTS = ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'];
const METHODS = ['declared', 'history', 'inferred', 'new', 'person'];
const OUTCOMES = ['ok', 'error', 'blocked', 'aborted'];

const oneOf =
  (name: keyof Filters, values: readonly string[]) =>
  (value: string): Filters | undefined =>
    values.includes(value.toLowerCase()) ? { [name]: value.toLowerCase() } : undefined;
const time =
  (name: 'afterMs' | 'beforeMs') =>
  (value: string): Filters | undefined => {
    const ms = timeOf(value);
    return ms === undefined ? undefined : { [name]: ms };
  };
const any =
  (name: keyof Filters) =>
  (value: string): Filters => ({ [name]: value });

const FILTERS: Readonly<Record<string, (value: string) => Filters | undefined>> = {
  user: any('user'),
  model: any('model'),
  topic: any('topic'),
  thread: any('thread'),
  position: oneOf('position', POSITIONS),
  intent: oneOf('intent', INTENTS),
  method: oneOf('method', METHODS),
  outcome: oneOf('outcome', OUTCOMES),
  after: time('afterMs'),
  before: time('beforeMs'),
};

export const FILTER_NAMES: readonly string[] = Object.keys(FILTERS);

/** A filter value with spaces stands between quotes: model:"my model". */
const PIECE = /([a-z]+):(?:"([^"]*)"|(\S+))|\S+/gi;
const MAX_WORDS = 32;

export function parseQuery(query: string): ParsedQuery {
  let filters: Filters = {};
  const rest: string[] = [];
  for (const match of query.matchAll(PIECE)) {
    const value = match[2] ?? match[3];
    const name = match[1]?.toLowerCase() ?? '';
    const filter = value === undefined || value === '' || !Object.hasOwn(FILTERS, name) ? undefined : FILTERS[name]?.(value);
    if (filter === undefined) rest.push(match[0]);
    else filters = { ...filters, ...filter };
  }
  const text = rest.join(' ');
  const words = [...text.matchAll(/[\p{L}\p{N}_]+/gu)].map((match) => match[0].toLowerCase());
  return { filters, text, words: [...new Set(words)].slice(0, MAX_WORDS) };
}

export const hasFilters = (filters: Filters): boolean => Object.keys(filters).length > 0;
