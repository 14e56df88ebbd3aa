// All detectors behind one door that can stop and go on: a whole text is a stream of one piece.
import { createDictionaries } from './dictionary.ts';
import { scanText, TYPES } from './engine.ts';
import { fold, type Folded } from './fold.ts';
import { createPatterns } from './pattern.ts';
import type { Scan } from './scan.ts';
import type { Finding, RedactorOptions } from './types.ts';

/** How far each detector has read a folded text. */
export interface Progress {
  at: number;
  floor: number;
  lastType: string;
  dictionaryAt: number;
  readonly patternsAt: number[];
}

interface Detector {
  start(): Progress;
  /** Findings that start before `limit`, in offsets of the folded text. Progress moves on. */
  advance(text: string, progress: Progress, limit: number): Finding[];
  /** Findings that policy acts on, in offsets of the text as given. */
  toGiven(folded: Folded, findings: readonly Finding[]): Finding[];
}

/** Throws RedactionError for an unsafe pattern. */
export function createDetector({ policy, always = [] }: Pick<RedactorOptions, 'policy' | 'always'>): Detector {
  const patterns = createPatterns(policy?.patterns);
  const dictionaries = createDictionaries(policy?.dictionaries);
  const isCustom = patterns.length > 0 || dictionaries !== undefined;
  const replacements = replacementForm([...(policy?.patterns ?? []), ...(policy?.dictionaries ?? [])].map(({ type }) => type));
  const allowed = new Set((policy?.allow ?? []).map(plain));
  const demanded = new Set(always);
  const isAllowed = (type: string, value: string): boolean => allowed.size > 0 && !demanded.has(type) && allowed.has(plain(value));
  const kept = new Set(Object.entries(policy?.types ?? {}).flatMap(([type, action]) => (action === 'keep' ? [type] : [])));
  return {
    start: () => ({ at: 0, floor: 0, lastType: '', dictionaryAt: 0, patternsAt: patterns.map(() => 0) }),
    advance: (text, progress, limit) => {
      const scan: Scan = { text, findings: [], floor: progress.floor, lastType: progress.lastType };
      progress.at = scanText(scan, progress.at, limit);
      progress.floor = scan.floor;
      progress.lastType = scan.lastType;
      if (!isCustom) return scan.findings;
      const custom: Finding[] = [];
      patterns.forEach((match, index) => {
        progress.patternsAt[index] = match(text, progress.patternsAt[index] ?? 0, limit, custom);
      });
      if (dictionaries !== undefined) progress.dictionaryAt = dictionaries(text, progress.dictionaryAt, limit, custom);
      return [...scan.findings, ...custom.filter((finding) => !isInReplacement(text, finding, replacements))];
    },
    toGiven: (folded, findings) =>
      findings
        .filter(({ start, end, type }) => !kept.has(type) && !isAllowed(type, folded.text.slice(start, end)))
        .map(({ start, end, type }) => ({ start: folded.toGiven(start), end: folded.endToGiven(end), type })),
  };
}

/** Findings of a whole text, in its own offsets. */
export function detect(detector: Detector, text: string): Finding[] {
  const folded = fold(text);
  const findings = detector.advance(folded.text, detector.start(), folded.text.length);
  return findings.length === 0 ? findings : detector.toGiven(folded, findings);
}

/** What stands in a value's place, of any type that can be found. */
function replacementForm(customTypes: readonly string[]): RegExp {
  const names = [...TYPES, ...customTypes].map((type) => type.replace(/[^\w]/g, String.raw`\$&`));
  return new RegExp(String.raw`^\[(?:${names.join('|')})(?:[:_][a-z]{8,32}|_\d{1,6})?\]`);
}

const MAX_REPLACEMENT = 128;

/** True for a word or pattern inside a replacement: the name of a type is no value. */
function isInReplacement(text: string, { start, end }: Finding, form: RegExp): boolean {
  const from = Math.max(0, start - MAX_REPLACEMENT);
  const open = from + text.slice(from, start + 1).lastIndexOf('[');
  if (open < from) return false;
  const match = form.exec(text.slice(open, open + MAX_REPLACEMENT));
  return match !== null && start < open + match[0].length && end <= open + match[0].length;
}

function plain(value: string): string {
  return fold(value).text.trim().toLowerCase();
}
