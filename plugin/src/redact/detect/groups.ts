// A number as people write it: groups of digits with short separators. All numeric detectors judge the same parse.
import { isDigit } from '../chars.ts';

const MAX_GROUPS = 8;
const MAX_DIGITS = 20;

export interface Groups {
  /** Offsets of each group. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Separator before each group; '' before the first. */
  readonly separators: readonly string[];
  /** Digits in all. */
  readonly size: number;
}

/** Parses from the first digit of a number; separators are one of " .-/" or " - " or two spaces, never a line break. */
export function parseGroups(text: string, at: number): Groups {
  const starts: number[] = [];
  const ends: number[] = [];
  const separators: string[] = [];
  let start = at;
  let separator = '';
  let size = 0;
  while (starts.length < MAX_GROUPS && size < MAX_DIGITS) {
    let end = start;
    while (isDigit(text.charCodeAt(end)) && end - start < MAX_DIGITS) end += 1;
    size += end - start;
    starts.push(start);
    ends.push(end);
    separators.push(separator);
    const width = separatorWidth(text, end);
    if (width === 0) break;
    separator = text.slice(end, end + width);
    start = end + width;
  }
  return { starts, ends, separators, size };
}

/** Width of a separator at `at` that a digit follows, or 0. */
function separatorWidth(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code !== 32 && code !== 45 && code !== 46 && code !== 47) return 0;
  if (isDigit(text.charCodeAt(at + 1))) return 1;
  if (code !== 32) return 0;
  if (text.charCodeAt(at + 1) === 32 && isDigit(text.charCodeAt(at + 2))) return 2;
  return text.charCodeAt(at + 1) === 45 && text.charCodeAt(at + 2) === 32 && isDigit(text.charCodeAt(at + 3)) ? 3 : 0;
}
