// What a new policy would change, field by field, before anybody takes it.
import type { Policy } from '#contract';
import { DEFAULT_DAYS } from './retention-days.ts';
import { placeOf } from './schema.ts';

export interface PlannedChange {
  /** Dotted path. */
  readonly field: string;
  /** Absent where the field was not there, or will not be. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** What the field decides. */
  readonly decides: string;
  /** More is kept, for longer, of more people, or less is taken out: what deserves a second pair of eyes. */
  readonly loosens: boolean;
}

export function planOf(before: Policy, after: Policy): readonly PlannedChange[] {
  const [old, next] = [leaves(before), leaves(after)];
  return [...new Set([...old.keys(), ...next.keys()])]
    .filter((field) => JSON.stringify(old.get(field)) !== JSON.stringify(next.get(field)))
    .toSorted()
    .map((field) => {
      const [was, will] = [old.get(field), next.get(field)];
      return {
        field,
        ...(was === undefined ? {} : { before: was }),
        ...(will === undefined ? {} : { after: will }),
        decides: placeOf(field.split('.')).description ?? '',
        loosens: loosens(field, was, will),
      };
    });
}

/** Objects are opened; lists stay whole, since the order of their rules decides. */
function leaves(value: object, path = ''): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    const field = path === '' ? key : `${path}.${key}`;
    if (typeof part === 'object' && part !== null && !Array.isArray(part)) {
      for (const [inner, leaf] of leaves(part, field)) found.set(inner, leaf);
    } else found.set(field, part);
  }
  return found;
}

const STRICT_MODES: readonly unknown[] = ['full', 'topic_only', 'metadata_only', 'off'];
/** What stands where a field is left out, by policy.schema.json. */
const DEFAULTS: Readonly<Record<string, number>> = {
  'sampling.rate': 1,
  'sampling.rescue': 8,
  ...Object.fromEntries(Object.entries(DEFAULT_DAYS).map(([field, days]) => [`retention.${field}`, days])),
  'topics.epsilonPerDay': 1,
  'topics.epsilonPerMonth': 31,
};
/** A smaller number lets more out. */
const LEAST: Readonly<Record<string, number>> = { 'topics.minUsers': 5 };

function loosens(field: string, was: unknown, will: unknown): boolean {
  if (field === 'mode') return STRICT_MODES.indexOf(will ?? 'full') < STRICT_MODES.indexOf(was ?? 'full');
  // Rules in a list may do either; which, a simulation shows.
  if (field === 'routes' || field === 'sampling.rules') return true;
  if (field === 'redaction.names') return will === false;
  if (field === 'redaction.allow') return listOf(will).some((value) => !listOf(was).includes(value));
  if (field === 'redaction.patterns' || field === 'redaction.dictionaries')
    return listOf(was).some((value) => !listOf(will).includes(value));
  if (field.startsWith('redaction.types.')) return will === 'keep';
  if (field === 'embedding.external') return will === true;
  const [most, least] = [DEFAULTS[field], LEAST[field]];
  if (most !== undefined) return Number(will ?? most) > Number(was ?? most);
  if (least !== undefined) return Number(will ?? least) < Number(was ?? least);
  return false;
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map((item) => JSON.stringify(item)) : []);
