// Names that are identifiers: of programs, files, products, versions.
import type { Finding } from '#redact';

/** Glued on the left, these make a word part of an identifier, a path or a mention. */
const GLUED_LEFT = /[\p{N}_$@\\/#=<]$|[\p{L}\p{N})\]]\.$|::$|->$/u;
/** Glued on the right: a call, a member, an index, an assignment, a path, a version. */
const GLUED_RIGHT = /^(?:[_($\\[=<]|\/[\p{L}\p{N}]|\.[\p{L}_]\p{L}|::|->|\d|-?v?\d+\.\d)/u;
const PREFIXED_NAME = /^(?:Mc|Mac|De|Di|Du|La|Le|Van|Fitz|O['’])\p{Lu}/u;

/** True where a finding is part of a program's text rather than of a sentence. */
export function isCode(text: string, { start, end }: Finding): boolean {
  const value = text.slice(start, end);
  if (GLUED_LEFT.test(text.slice(Math.max(0, start - 2), start)) || GLUED_RIGHT.test(text.slice(end, end + 8))) return true;
  if (/\p{Ll}\p{Lu}/u.test(value) && !/\s/.test(value) && !PREFIXED_NAME.test(value)) return true;
  return isInBackticks(text, start, end);
}

/** `Word` alone between backticks is an identifier; a sentence between them is not. */
function isInBackticks(text: string, start: number, end: number): boolean {
  return text[start - 1] === '`' && text[end] === '`';
}
