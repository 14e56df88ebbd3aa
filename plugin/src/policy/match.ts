// Which rule of a policy applies to a run.
import type { Match } from '#contract';

export type MatchFacts = Readonly<Partial<Record<keyof Match, string | undefined>>>;

/** A rule matches when every name that it gives matches; a fact that is unknown matches nothing. */
export function isMatch(match: Match, facts: MatchFacts): boolean {
  return (Object.keys(match) as (keyof Match)[]).every((key) => {
    const glob = match[key];
    const fact = facts[key];
    return glob === undefined || (fact !== undefined && isGlobMatch(glob, fact));
  });
}

/** A star stands for any run of characters. Each piece is searched once from left to right, so no pattern is slow. */
export function isGlobMatch(glob: string, text: string): boolean {
  const pieces = glob.split('*');
  const first = pieces.shift() ?? '';
  const last = pieces.pop();
  if (last === undefined) return glob === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
