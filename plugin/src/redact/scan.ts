// State of one pass over one folded text. Detectors read the text and add what they find; positions only move forward.
import type { Finding } from './types.ts';

export interface Scan {
  readonly text: string;
  readonly findings: Finding[];
  /** End of the last finding: nothing before it serves as context. */
  floor: number;
  /** Type of the finding that ends at `floor`; '' where a replacement of an earlier pass ends there. */
  lastType: string;
}

/** Adds a finding and gives its end, so that a detector can return where to go on. */
export function found(scan: Scan, type: string, start: number, end: number): number {
  scan.findings.push({ type, start, end });
  if (end >= scan.floor) {
    scan.floor = end;
    scan.lastType = type;
  }
  return end;
}

/** Code of the character left of `at`; NaN at the start and right behind a value, where text is as good as begun anew. */
export function codeBefore(scan: Scan, at: number): number {
  return at > scan.floor ? scan.text.charCodeAt(at - 1) : NaN;
}
