// State of one pass over one folded text. Detectors read the text and add what they find; positions only move forward.
import type { Finding } from './types.ts';

export interface Scan {
  readonly text: string;
  readonly findings: Finding[];
  /** End of the last finding: nothing before it serves as context. */
  floor: number;
}

/** Adds a finding and gives its end, so that a detector can return where to go on. */
export function found(scan: Scan, type: string, start: number, end: number): number {
  scan.findings.push({ type, start, end });
  if (end > scan.floor) scan.floor = end;
  return end;
}
