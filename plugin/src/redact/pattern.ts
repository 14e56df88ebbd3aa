// Patterns that a policy brings. The engine backtracks, so a pattern is taken only where the work per position is
// bounded by its own text: no back-references, no look-around, no repetition inside a repetition, and few ways to
// divide what repetitions match. Open repetitions are closed at REPEAT_LIMIT.
import type { RedactionPolicy } from '#contract';
import { RedactionError, type Finding } from './types.ts';

/** Upper bound that `*`, `+` and `{n,}` get. */
const REPEAT_LIMIT = 64;
/** Ways in which the repetitions of one pattern may divide a text. */
const MAX_WAYS = 5000;
/** Longest match of a pattern, so that a stream knows how much to hold back. */
export const MAX_MATCH = 512;

interface Checked {
  readonly fault: string | undefined;
  /** The pattern with every repetition bounded. */
  readonly source: string;
}

/** Why a policy's pattern is refused, or undefined where it is safe. */
export function unsafePatternReason(pattern: string): string | undefined {
  const { fault, source } = check(pattern);
  if (fault !== undefined) return fault;
  const expression = compile(source);
  if (expression === undefined) return 'a regular expression that compiles with the u flag';
  return expression.test('') ? 'a pattern that does not match the empty text' : undefined;
}

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'gimu');
  } catch {
    return undefined;
  }
}

/** Finds the matches of one pattern that start in [from, limit), and says where to go on. */
export type PatternMatcher = (text: string, from: number, limit: number, findings: Finding[]) => number;

/** One matcher per pattern. Throws RedactionError for a pattern that is not safe. */
export function createPatterns(patterns: RedactionPolicy['patterns'] = []): readonly PatternMatcher[] {
  return patterns.map(({ type, pattern }, index) => {
    const reason = unsafePatternReason(pattern);
    const expression = compile(check(pattern).source);
    if (reason !== undefined || expression === undefined) {
      throw new RedactionError(
        'unsafe_pattern',
        `Redaction pattern ${index + 1} (${type}) is refused; expected ${reason ?? 'a valid pattern'}.`,
      );
    }
    return (text, from, limit, findings) => findMatches(expression, type, text, from, limit, findings);
  });
}

function findMatches(expression: RegExp, type: string, text: string, from: number, limit: number, findings: Finding[]): number {
  let at = from;
  while (at < limit) {
    expression.lastIndex = at;
    const match = expression.exec(text);
    if (match === null || match.index >= limit) break;
    at = match.index + Math.max(1, match[0].length);
    if (match[0] !== '') findings.push({ start: match.index, end: at, type });
  }
  return Math.max(at, limit);
}

interface Group {
  /** Ways of what stands inside so far. */
  ways: number;
  repeats: boolean;
  /** Longest text that it matches, alternatives added up. */
  length: number;
}

function check(pattern: string): Checked {
  const stack: Group[] = [{ ways: 1, repeats: false, length: 0 }];
  let source = '';
  let last: Group = { ways: 1, repeats: false, length: 0 };
  const refuse = (fault: string): Checked => ({ fault, source: '' });
  for (let at = 0; at < pattern.length;) {
    const token = tokenAt(pattern, at);
    at += token.length;
    const top = stack.at(-1);
    if (top === undefined) return refuse('balanced brackets');
    if (/^\\(?:[1-9]|k)/.test(token)) return refuse('no back-reference');
    if (/^\(\?(?:[=!]|<[=!])/.test(token)) return refuse('no look-around');
    if (token.startsWith('(')) {
      stack.push({ ways: 1, repeats: false, length: 0 });
      source += '(?:';
    } else if (token === ')') {
      last = top;
      stack.pop();
      const outer = stack.at(-1);
      if (outer === undefined) return refuse('balanced brackets');
      outer.ways *= last.ways;
      outer.repeats ||= last.repeats;
      outer.length += last.length;
      source += token;
    } else if (/^(?:[*+?]|\{\d)/.test(token)) {
      const { text, from, to } = bounded(token);
      if (last.repeats && to > 1) return refuse('no repetition inside a repetition');
      // A choice inside the repeated group is made anew at each turn.
      top.ways *= last.ways > 1 && to > 1 ? last.ways ** to : to - from + 1;
      if (to > 1 && to > from) top.repeats = true;
      top.length += last.length * Math.max(0, to - 1);
      last = { ways: 1, repeats: true, length: 0 };
      source += text;
    } else {
      if (token === '|') top.ways += 1;
      // A character beyond the basic plane takes two units.
      last = { ways: 1, repeats: false, length: 2 };
      top.length += 2;
      source += token;
    }
    if (top.length > MAX_MATCH) return refuse(`shorter repetitions (a match has at most ${MAX_MATCH / 2} characters)`);
    if (top.ways > MAX_WAYS) return refuse(`fewer or shorter repetitions (at most ${MAX_WAYS} ways to match)`);
  }
  return stack.length === 1 ? { fault: undefined, source } : refuse('balanced brackets');
}

/** One token: an escape, a class, an opening bracket with its mark, a repetition with its lazy mark, or a character. */
function tokenAt(pattern: string, at: number): string {
  const match =
    /^(?:\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]{1,40}\}|k<[^>]{0,40}>|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:<[=!]|[:=!]|<\w{1,40}>)|[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S])/iu.exec(
      pattern.slice(at),
    );
  return match?.[0] ?? pattern.charAt(at);
}

function bounded(token: string): { readonly text: string; readonly from: number; readonly to: number } {
  const lazy = token.length > 1 && token.endsWith('?') ? '?' : '';
  const body = lazy === '' ? token : token.slice(0, -1);
  if (body === '?') return { text: `?${lazy}`, from: 0, to: 1 };
  const counts = /^\{(\d+)(,?)(\d*)\}$/.exec(body);
  const from = counts === null ? (body === '+' ? 1 : 0) : Number(counts[1]);
  const to = counts === null ? REPEAT_LIMIT : counts[2] === '' ? from : counts[3] === '' ? from + REPEAT_LIMIT : Number(counts[3]);
  return { text: `{${from},${to}}${lazy}`, from, to };
}
