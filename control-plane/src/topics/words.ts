// Words that can stand in a label: no placeholders of redaction, no numbers, and none that stand in any text whatever it is about.
// Question words and plain verbs may: "how old" and "thank you" are topics. What is frequent everywhere scores low by itself.
const STOP = new Set(
  (
    'a an and are am as at be been but by can could did do does for from had has have her him his i if im in into is it its ive me my of on or our so that ' +
    'the their them then there these they this those to too us was we were will with would you your dont cant didnt isnt wont please just some any get got want need'
  ).split(' '),
);

/** Distinct content words of a text, lower case. */
export function contentWords(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  const plain = text.replace(/\[[A-Z][A-Z0-9_:]*[^\]\s]*\]/g, ' ').toLowerCase();
  for (const match of plain.matchAll(/[\p{L}][\p{L}\p{M}'’-]{1,24}/gu)) {
    const word = match[0].replace(/['’]/g, '');
    if (word.length >= 3 && !STOP.has(word)) words.add(word);
    if (words.size >= 40) break;
  }
  return words;
}

/** Distinct stems of a text's content words. */
export const wordStems = (text: string): ReadonlySet<string> => new Set([...contentWords(text)].map(stem));

/** Endings of English that leave the word's meaning: enough to bring "transfers" and "transferring" together, no more. */
export function stem(word: string): string {
  if (word.length < 4) return word;
  if (word.length === 4) return word.replace(/(?<=[^su])s$/, '').replace(/([^aeiou])\1$/, '$1');
  const plain = word.replace(/(?:ies|ied)$/, 'y').replace(/(?<=[^aeious])(?:es|s)$|(?<=[aeiou])s$/, '');
  const base = plain.replace(/(?<=[a-z]{3})(?:ing|ed|ment|tion|ly)$/, '');
  return base.replace(/([^aeiou])\1$/, '$1').replace(/(?<=[a-z]{3})e$/, '');
}
