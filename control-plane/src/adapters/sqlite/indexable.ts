/** Around a match in a snippet; taken out of texts, so that nobody can fake a match. */
export const MATCH_START = '\u{E000}';
export const MATCH_END = '\u{E001}';
/** Zero-width space: separates tokens and shows nothing. */
const BREAK = '\u{200B}';

// Scripts written without spaces between words, and Hangul, whose particles stick to words.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const SPECIAL = /[\u{E000}\u{E001}\u{200B}\0]/gu;
const NEEDS_WORK = /[\0\u0E00-\uFFFF]/;

/**
 * Text as the index sees it. Characters of scripts without word spaces become tokens of their own; a word of them is
 * asked for as a phrase. That finds every substring from one character on, where a trigram index would double the size
 * and miss the common words of two characters.
 */
export function indexable(text: string): string {
  if (!NEEDS_WORK.test(text)) return text;
  return text.replace(SPECIAL, ' ').replace(UNSPACED, `${BREAK}$&${BREAK}`);
}

/** Takes the breaks out again, for people. */
export const readable = (snippet: string): string => snippet.replaceAll(BREAK, '');

const WORDLIKE = /[\p{L}\p{N}\p{Co}]/u;
const MAX_WORDS = 32;
const MAX_WORD_LENGTH = 256;

/**
 * Words as an FTS5 expression, or undefined where nothing in them could match. Each word stands in quotes, so it is
 * never syntax; the last one also matches as a prefix. More than 32 words, and what follows the 256th character of one,
 * are left out: they come from anyone and cost time.
 */
export function matchExpression(words: readonly string[]): string | undefined {
  const usable = words.flatMap((word) => word.split(/\s+/u)).filter((word) => WORDLIKE.test(word));
  const quoted = usable
    .slice(0, MAX_WORDS)
    .map((word) => `"${indexable(word.slice(0, MAX_WORD_LENGTH)).replaceAll('\0', ' ').replaceAll('"', '""')}"`);
  return quoted.length === 0 ? undefined : `${quoted.join(' ')}*`;
}
