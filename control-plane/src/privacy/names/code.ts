// Names that are identifiers: of programs, files, products, versions.
import type { Finding } from '#redact';

/** Glued on the left, these make a word part of an identifier, a path or a mention. */
const GLUED_LEFT = /[\p{N}_$@\\/#=<]$|[\p{L}\p{N})\]]\.$|::$|->$/u;
/** Glued on the right: a call, a member, an index, an assignment, a path, a version. */
const GLUED_RIGHT = /^(?:[_($\\[=<]|\/[\p{L}\p{N}]|\.[\p{L}_]\p{L}|::|->|\d|-?v?\d+\.\d)/u;
const PREFIXED_NAME = /^(?:Mc|Mac|De|Di|Du|La|Le|Van|Fitz|O['’])\p{Lu}/u;

/** Before an identifier, in a line that has a program's signs. */
const KEYWORD =
  /(?<!\p{L})(?:class|interface|struct|enum|trait|type|import|from|extends|implements|def|function|func|fn|var|let|const|new|public|private|protected|static|return|namespace|package|object|record|module|impl|instanceof|typeof|throw|throws|catch|as|select|join|table|into|update)[\s{(*]+$/iu;
const PROGRAM = /[{};]|=>|->|\(\)|[=!]=|:=|\bself\b|^\s*(?:import|from|class|def|select)\s/iu;
const MAX_LINE = 300;

/** True where a finding is part of a program's text rather than of a sentence. */
export function isCode(text: string, { start, end }: Finding): boolean {
  const value = text.slice(start, end);
  if (GLUED_LEFT.test(text.slice(Math.max(0, start - 2), start)) || GLUED_RIGHT.test(text.slice(end, end + 8))) return true;
  if (/\p{Ll}\p{Lu}/u.test(value) && !/\s/.test(value) && !PREFIXED_NAME.test(value)) return true;
  return isInBackticks(text, start, end) || isDeclared(text, start, end);
}

function isDeclared(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - MAX_LINE), start);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return KEYWORD.test(line) && PROGRAM.test(line + (text.slice(end, end + MAX_LINE).split('\n')[0] ?? ''));
}

/** `Word` alone between backticks is an identifier; a sentence between them is not. */
function isInBackticks(text: string, start: number, end: number): boolean {
  return text[start - 1] === '`' && text[end] === '`';
}
