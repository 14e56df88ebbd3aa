// Patterns that a policy brings. The engine backtracks, so a pattern is taken only where the work per position is
// bounded by its own text: no back-references, no look-around, no repetition inside a repetition, and few steps at one
// position, whatever the text. Open repetitions are closed.
import type { RedactionPolicy } from '#contract';
import { longestOf, stepsOf } from './pattern-cost.ts';
import { parsePattern, PatternFault, sourceOf, type Part } from './pattern-parse.ts';
import { RedactionError, type Finding } from './types.ts';

/** Steps that one pattern may take at one position. */
const MAX_STEPS = 1_000;
/** Steps that all patterns of a policy may take at one position: about as much as the worst text costs the built-in rules. */
const MAX_STEPS_TOGETHER = 4_000;
/** As the policy's schema has it; judged here too, where a file was not held against the schema yet. */
const MAX_PATTERN = 512;
/** Longest match of a pattern, so that a stream knows how much to hold back. */
export const MAX_MATCH = 512;

interface Judged {
  readonly reason: string | undefined;
  readonly steps: number;
  /** Every repetition bounded; absent where the pattern is refused. */
  readonly expression?: RegExp;
}

/** Why a policy's pattern is refused, or undefined where it is safe beside the patterns before it, which count towards one limit. */
export function unsafePatternReason(pattern: string, before: readonly string[] = []): string | undefined {
  const { reason, steps } = judge(pattern);
  if (reason !== undefined) return reason;
  const together = before.reduce((sum, earlier) => sum + judge(earlier).steps, steps);
  return together > MAX_STEPS_TOGETHER ? tooManyTogether : undefined;
}

const tooManyTogether = `fewer patterns, or shorter repetitions in them (at most ${MAX_STEPS_TOGETHER} steps at a character, all together)`;

/** Redactors are made again and again, for each person too: a pattern is judged once. */
const judged = new Map<string, Judged>();
const MAX_JUDGED = 256;

function judge(pattern: string): Judged {
  const known = judged.get(pattern);
  if (known !== undefined) return known;
  const result = judgeAnew(pattern);
  if (judged.size >= MAX_JUDGED) judged.clear();
  judged.set(pattern, result);
  return result;
}

function judgeAnew(pattern: string): Judged {
  if (pattern.length > MAX_PATTERN) return refused(`at most ${MAX_PATTERN} characters`);
  let part: Part;
  try {
    part = parsePattern(pattern);
  } catch (error) {
    if (error instanceof PatternFault) return refused(error.message);
    throw error;
  }
  if (longestOf(part) > MAX_MATCH) return refused(`shorter repetitions (a match has at most ${MAX_MATCH / 2} characters)`);
  const steps = stepsOf(part, MAX_STEPS);
  if (steps === Infinity) return refused(`fewer or shorter repetitions (at most ${MAX_STEPS} steps at a character, in all ways to match)`);
  const expression = compile(sourceOf(part));
  // As it was given, too: what is left out on the way must not mend it.
  if (expression === undefined || compile(pattern) === undefined) return refused('a regular expression that compiles with the u flag');
  return expression.test('') ? refused('a pattern that does not match the empty text') : { reason: undefined, steps, expression };
}

const refused = (reason: string): Judged => ({ reason, steps: 0 });

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'gimu');
  } catch {
    return undefined;
  }
}

/** Finds the matches of one pattern that start in [from, limit), and says where to go on. */
type PatternMatcher = (text: string, from: number, limit: number, findings: Finding[]) => number;

/** One matcher per pattern. Throws RedactionError for patterns that are not safe. */
export function createPatterns(patterns: RedactionPolicy['patterns'] = []): readonly PatternMatcher[] {
  let together = 0;
  return patterns.map(({ type, pattern }, index) => {
    const { reason, steps, expression } = judge(pattern);
    together += steps;
    const fault = together > MAX_STEPS_TOGETHER ? tooManyTogether : reason;
    if (fault !== undefined || expression === undefined) {
      throw new RedactionError(
        'unsafe_pattern',
        `Redaction pattern ${index + 1} (${type}) is refused; expected ${fault ?? 'a valid pattern'}.`,
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
