// Redaction of every string in a JSON value. The value comes from outside: it may be deep, cyclic, huge or hostile.
import type { Replacement } from './findings.ts';
import { applyUntilStable } from './stable.ts';
import type { Finding } from './types.ts';

const MAX_DEPTH = 64;
const MAX_KEY = 64;
const TOO_DEEP = '[TOO_DEEP]';
const UNREADABLE = '[UNREADABLE]';
/** Smaller numbers identify no one. */
const MIN_NUMBER = 1_000_000;

export type Detect = (text: string) => readonly Finding[];

interface Visit {
  readonly detect: Detect;
  readonly replacement: Replacement;
  readonly counts: Record<string, number>;
  /** The objects that hold the present one. */
  readonly above: Set<object>;
}

/**
 * A copy with every string redacted; keys stay. A member's key counts as context of its value, so that
 * {"password": "…"} is judged like the text it stands for, and a number that is a value becomes its replacement.
 * Never throws: what is too deep, cyclic or unreadable becomes a mark, so nothing unread passes.
 */
export function redactStrings(
  value: unknown,
  detect: Detect,
  replacement: Replacement,
): { value: unknown; counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  return { value: visit({ detect, replacement, counts, above: new Set() }, value, '', 0), counts };
}

function visit(state: Visit, value: unknown, key: string, depth: number): unknown {
  if (typeof value === 'string') return redactMember(state, key, value);
  if (typeof value === 'number') return redactNumber(state, key, value);
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? value : value === null ? null : undefined;
  if (depth >= MAX_DEPTH || state.above.has(value)) return TOO_DEEP;
  state.above.add(value);
  try {
    return Array.isArray(value)
      ? Array.from(value, (item: unknown) => visit(state, item, key, depth + 1))
      : visitObject(state, value, depth);
  } catch {
    return UNREADABLE;
  } finally {
    state.above.delete(value);
  }
}

function visitObject(state: Visit, value: object, depth: number): unknown {
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    // An own "__proto__" that JSON.parse made stays a plain member.
    Object.defineProperty(copy, key, { value: visit(state, item, key, depth + 1), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** Judges a text as the value of a member, whose name counts as context. */
export function detectMember(detect: Detect, key: string): Detect {
  const head = key === '' || key.length > MAX_KEY ? '' : `"${key}": "`;
  if (head === '') return detect;
  return (text) =>
    detect(`${head}${text}"`).map(({ start, end, type }) => ({
      start: Math.max(0, start - head.length),
      end: Math.min(text.length, end - head.length),
      type,
    }));
}

function redactMember(state: Visit, key: string, value: string): string {
  const applied = applyUntilStable(value, detectMember(state.detect, key), state.replacement);
  for (const [type, count] of Object.entries(applied.counts)) state.counts[type] = (state.counts[type] ?? 0) + count;
  return applied.text;
}

function redactNumber(state: Visit, key: string, value: number): number | string {
  if (!Number.isSafeInteger(value) || value < MIN_NUMBER) return value;
  const text = String(value);
  const redacted = redactMember(state, key, text);
  return redacted === text ? value : redacted;
}
