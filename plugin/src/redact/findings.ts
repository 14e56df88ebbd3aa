// Findings into text: overlaps are merged, each finding is replaced, and offsets of the result lead back to the input.
import type { Finding } from './types.ts';

/** What stands in a finding's place. */
export type Replacement = (type: string, value: string) => string;

export interface Applied {
  readonly text: string;
  /** Those applied: ordered, not overlapping. */
  readonly findings: readonly Finding[];
  /** Input offset of an offset of the result: within a replacement, the start of what it replaced. */
  toInput(offset: number): number;
}

/**
 * Orders findings and joins those that overlap into one that covers both, of the type of the longer (of the earlier
 * where both are as long), so that no part of any value stays. Findings that are empty or out of bounds are left out.
 */
export function mergeFindings(findings: readonly Finding[], size: number): Finding[] {
  const ordered = findings
    .filter(({ start, end }) => start >= 0 && start < end && end <= size)
    .sort((left, right) => left.start - right.start || right.end - left.end);
  const merged: Finding[] = [];
  let widest = 0;
  for (const finding of ordered) {
    const last = merged.at(-1);
    const width = finding.end - finding.start;
    if (last === undefined || finding.start >= last.end) {
      merged.push(finding);
      widest = width;
      continue;
    }
    const type = width > widest ? finding.type : last.type;
    widest = Math.max(widest, width);
    merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, finding.end), type };
  }
  return merged;
}

/** Replaces findings in a text. Used for patterns here and for names where a model finds them. */
export function applyFindings(text: string, findings: readonly Finding[], replacement: Replacement): Applied {
  const merged = mergeFindings(findings, text.length);
  const parts: string[] = [];
  /** Per finding: start in the result, end in the result. */
  const starts: number[] = [];
  const ends: number[] = [];
  let read = 0;
  let written = 0;
  for (const { start, end, type } of merged) {
    const replaced = replacement(type, text.slice(start, end));
    parts.push(text.slice(read, start), replaced);
    written += start - read;
    starts.push(written);
    written += replaced.length;
    ends.push(written);
    read = end;
  }
  parts.push(text.slice(read));
  return { text: parts.join(''), findings: merged, toInput: (offset) => inputOffset(offset, merged, starts, ends) };
}

function inputOffset(offset: number, findings: readonly Finding[], starts: readonly number[], ends: readonly number[]): number {
  // The last finding whose replacement starts at or before the offset.
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const index = low - 1;
  const finding = findings[index];
  const end = ends[index];
  if (finding === undefined || end === undefined) return offset;
  return offset < end ? finding.start : finding.end + offset - end;
}
