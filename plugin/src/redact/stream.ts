// Redaction of a text that arrives in pieces. A position is judged only when everything that its detectors may look at
// has arrived, so where the pieces end makes no difference. What waits is bounded: LOOK_AHEAD and LOOK_BACK, or the
// longest token or key block while one is open.
import { isWord } from './chars.ts';
import { createDetector, type Progress } from './detector.ts';
import { MAX_SECRET } from './detect/keys.ts';
import { applyFindings, mergeFindings } from './findings.ts';
import { fold, type Folded } from './fold.ts';
import { MAX_MATCH } from './pattern.ts';
import { createReplacement } from './replace.ts';
import { addCounts } from './stable.ts';
import type { Finding, RedactorOptions, StreamRedactor } from './types.ts';

/** No detector but those of tokens and key blocks looks further ahead. */
const LOOK_AHEAD = 64 + MAX_MATCH;
/** Passes over a stream. Each holds text back, and what a third finds in hostile texts is less than one in a million. */
const PASSES = 2;
/** How far to the left of its mark a value may begin. */
const LOOK_BACK = 160;
/** Context to the left that must stay readable. */
const CONTEXT = 512;

/** Throws RedactionError like createRedactor. What one pass lets out is read again, as a whole text is; see stable.ts. */
export function createStreamRedactor(options: RedactorOptions = {}): StreamRedactor {
  const counts: Record<string, number> = {};
  const stages = Array.from({ length: PASSES }, () => createPass(options, counts));
  return {
    counts,
    push: (chunk) => stages.reduce((text, stage) => (text === '' ? '' : stage.push(text)), chunk),
    end: () => stages.reduce((text, stage) => (text === '' ? '' : stage.push(text)) + stage.end(), ''),
  };
}

function createPass(options: RedactorOptions, counts: Record<string, number>): Pick<StreamRedactor, 'push' | 'end'> {
  const detector = createDetector(options);
  const replacement = createReplacement(options)();
  const progress = detector.start();
  let given = '';
  let pending: Finding[] = [];
  /** Offset up to which text has been passed on. */
  let passed = 0;

  const emit = (folded: Folded, until: number): string => {
    const from = passed;
    const { cut, ready, waiting } = divide(
      mergeFindings(pending, given.length),
      until === folded.text.length ? given.length : folded.toGiven(until),
    );
    const applied = applyFindings(
      given.slice(from, cut),
      ready.map(({ start, end, type }) => ({ start: start - from, end: end - from, type })),
      replacement,
    );
    addCounts(counts, applied.findings);
    pending = waiting;
    passed = cut;
    return applied.text;
  };

  const read = (isEnd: boolean): string => {
    const folded = fold(given);
    const size = folded.text.length;
    const limit = isEnd ? size : holdBack(folded.text, progress.at, size - LOOK_AHEAD);
    if (limit > progress.at || isEnd) pending.push(...detector.toGiven(folded, detector.advance(folded.text, progress, limit)));
    const until = isEnd ? size : onBoundary(folded.text, Math.min(limit, progress.at) - LOOK_BACK);
    if (!isEnd && (until <= 0 || folded.toGiven(until) <= passed)) return '';
    const text = emit(folded, until);
    forget(folded);
    return text;
  };

  /** Drops what is passed on and too far back to be context. */
  const forget = (folded: Folded): void => {
    const drop = Math.min(foldedOffset(folded, passed), progress.at - CONTEXT);
    if (drop <= 0) return;
    const dropGiven = folded.toGiven(drop);
    given = given.slice(dropGiven);
    pending = pending.map(({ start, end, type }) => ({ start: start - dropGiven, end: end - dropGiven, type }));
    passed -= dropGiven;
    shift(progress, drop);
  };

  return {
    push: (chunk) => {
      given += chunk;
      return given.length <= LOOK_AHEAD ? '' : read(false);
    },
    end: () => {
      const rest = read(true);
      given = '';
      return rest;
    },
  };
}

/** Findings that end before `until` can be replaced; the first that does not moves the cut to its start. */
function divide(findings: readonly Finding[], until: number): { cut: number; ready: Finding[]; waiting: Finding[] } {
  const open = findings.find(({ start, end }) => start < until && end > until);
  const cut = open?.start ?? until;
  return { cut, ready: findings.filter(({ end }) => end <= cut), waiting: findings.filter(({ end }) => end > cut) };
}

/** The folded offset of a given offset that starts a folded character. */
function foldedOffset(folded: Folded, offset: number): number {
  let from = 0;
  let to = folded.text.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (folded.toGiven(middle) < offset) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Not between the halves of a surrogate pair. */
function onBoundary(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  return code >= 0xdc00 && code <= 0xdfff ? offset - 1 : offset;
}

function shift(progress: Progress, by: number): void {
  progress.at -= by;
  progress.floor -= by;
  progress.dictionaryAt -= by;
  progress.patternsAt.forEach((at, index) => {
    progress.patternsAt[index] = at - by;
  });
}

/** The limit, or the start of a token or key block that may still grow. */
function holdBack(text: string, from: number, limit: number): number {
  return Math.min(limit, openToken(text, from, limit), openKey(text, from, limit));
}

function openToken(text: string, from: number, limit: number): number {
  for (let at = text.indexOf('eyJ', Math.max(0, from)); at >= 0 && at < limit; at = text.indexOf('eyJ', at)) {
    const start = at;
    while (isWord(text.charCodeAt(at)) || text.charCodeAt(at) === 45 || text.charCodeAt(at) === 46) at += 1;
    if (at >= text.length - 1 && text.length - start < MAX_SECRET + LOOK_AHEAD) return start;
  }
  return limit;
}

function openKey(text: string, from: number, limit: number): number {
  for (let at = text.indexOf('-----BEGIN ', Math.max(0, from)); at >= 0 && at < limit; at = text.indexOf('-----BEGIN ', at + 1)) {
    if (!/^-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY/.test(text.slice(at, at + 64))) continue;
    const end = text.indexOf('-----END', at);
    const isWhole = end >= 0 && end + LOOK_AHEAD <= text.length;
    if (!isWhole && text.length - at < MAX_SECRET + LOOK_AHEAD) return at;
  }
  return limit;
}
