// What a model found, judged: persons by what stands around them, parts of addresses put together, replacements of the first redaction left
// whole.
import { mergeFindings, REPLACEMENT_FORM, type Finding } from '#redact';
import { assembleAddresses } from './addresses.ts';
import { judgePeople } from './people.ts';

/** Findings in the text given: ordered, not overlapping, none inside a replacement: nothing may split or rename one. */
export function judgeNames(text: string, found: readonly Finding[]): readonly Finding[] {
  const holes = [...text.matchAll(REPLACEMENT_FORM)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  const people = judgePeople(text, outside(text, holes, found));
  return mergeFindings(outside(text, holes, assembleAddresses(text, people)), text.length);
}

interface Hole {
  readonly start: number;
  readonly end: number;
}

function outside(text: string, holes: readonly Hole[], findings: readonly Finding[]): Finding[] {
  let kept: Finding[] = [...findings];
  for (const hole of holes) {
    kept = kept.flatMap((finding) => {
      if (finding.end <= hole.start || finding.start >= hole.end) return [finding];
      return [
        { ...finding, end: hole.start },
        { ...finding, start: hole.end },
      ].filter(({ start, end }) => end > start && /[\p{L}\p{N}]/u.test(text.slice(start, end)));
    });
  }
  return kept;
}
