// Redaction until nothing is left to find. A replacement can uncover a value beside it: what stood there before may have
// been glued to the value or said that it is something else. So the result is read again, until it stays as it is.
import { applyFindings, mergeFindings, type Applied, type Replacement } from './findings.ts';
import type { Finding } from './types.ts';

/** Nothing seen so far needs more than three; a hostile text is cut off here, so that time stays linear. */
const MAX_PASSES = 8;

interface Stable extends Applied {
  /** Findings of all passes, by type. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Applies what `detect` finds, reads the result, and so on until it finds nothing. Findings are in offsets of the text given. */
export function applyUntilStable(text: string, detect: (text: string) => readonly Finding[], replacement: Replacement): Stable {
  const first = applyFindings(text, detect(text), replacement);
  const counts: Record<string, number> = {};
  addCounts(counts, first.findings);
  let all = first;
  for (let pass = 1; pass < MAX_PASSES && all.findings.length > 0; pass += 1) {
    const next = applyFindings(all.text, detect(all.text), replacement);
    if (next.text === all.text) break;
    addCounts(counts, next.findings);
    all = composed(text, all, next);
  }
  return { ...all, counts };
}

export function addCounts(counts: Record<string, number>, findings: readonly Finding[]): void {
  for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1;
}

/** Two passes as one: what the second found is said in offsets of the text that the first was given. */
function composed(given: string, first: Applied, second: Applied): Applied {
  const mapped = second.findings.map(({ start, end, type }) => ({
    start: first.toInput(start),
    // Behind a replacement lies what follows the value that it stands for.
    end: Math.max(first.toInput(end), first.toInput(end - 1) + 1),
    type,
  }));
  return {
    text: second.text,
    findings: mergeFindings([...first.findings, ...mapped], given.length),
    toInput: (offset) => first.toInput(second.toInput(offset)),
  };
}
