// Redaction of every string in a JSON value. The value comes from outside: it may be deep, cyclic, huge or hostile.

const MAX_DEPTH = 64;
const TOO_DEEP = '[TOO_DEEP]';

/** A copy with every string mapped; keys, numbers and the rest stay. Never throws: what cannot be read becomes a mark. */
export function mapStrings(value: unknown, map: (text: string) => string): unknown {
  return visit(value, map, 0, new Set());
}

function visit(value: unknown, map: (text: string) => string, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return map(value);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint' ? undefined : value;
  // What is too deep or its own ancestor is left out whole: nothing unread passes.
  if (depth >= MAX_DEPTH || above.has(value)) return TOO_DEEP;
  above.add(value);
  try {
    return Array.isArray(value)
      ? Array.from(value, (item: unknown) => visit(item, map, depth + 1, above))
      : visitObject(value, map, depth, above);
  } catch {
    return '[UNREADABLE]';
  } finally {
    above.delete(value);
  }
}

function visitObject(value: object, map: (text: string) => string, depth: number, above: Set<object>): unknown {
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    // An own "__proto__" from JSON.parse stays a plain member.
    Object.defineProperty(copy, key, { value: visit(item, map, depth + 1, above), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
