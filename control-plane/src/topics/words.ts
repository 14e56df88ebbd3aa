// Words that can stand in a label: no stop words, no placeholders of redaction, no numbers.
const STOP = new Set(
  (
    'a about after again all also am an and any are as ask at be because been before but by can could did do does doing done for from get give go going got ' +
    'had has have having hello help her here hi him his how i if im in into is it its ive just know let like look make may me more most much must my need new no not now of ' +
    'off on one or our out over please really right say see set she should show so some still such take tell than thank thanks that the their them then ' +
    'there these they thing think this those to too try two up us use using very want was way we well were what when where which while who why will with ' +
    'work would yes you your something someone anything cant dont doesnt didnt isnt wont whats hey okay ok'
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
