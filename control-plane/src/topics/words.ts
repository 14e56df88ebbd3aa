// Words that can stand in a label: no placeholders of redaction, no numbers, and none that stand in any text whatever it is about.
// Question words may: "how old" is a topic. What is frequent everywhere scores low by itself.
import { stopWordsOf } from './stop-words.ts';

const MAX_WORDS = 40;
/** A longer one is a key or a digest and no word; the longest of German legislation has 67 letters. */
const MAX_LETTERS = 72;
/** Shorter ones say little. Two signs of Chinese or Japanese are a word. */
const LEAST_LETTERS = 3;
const LEAST_SIGNS = 2;

/** Scripts that set no space between words: without parting them a whole sentence would be one word, and a topic's name. */
const WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** What Japanese writes in these signs alone is grammar, nearly always. */
const ENDINGS = /^\p{Script=Hiragana}+$/u;
/** Which dictionary is asked goes by the script and not by this. */
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });
/** Characters of one run that are looked at: forty words are found long before. */
const MAX_RUN = 400;

function parted(word: string): readonly string[] {
  if (!WITHOUT_SPACES.test(word)) return [word];
  return Array.from(SEGMENTER.segment(word.slice(0, MAX_RUN)), ({ segment }) => segment);
}

/** Distinct content words of a text, lower case. */
export function contentWords(text: string): ReadonlySet<string> {
  const plain = text.replace(/\[[A-Z][A-Z0-9_:]*[^\]\s]*\]/g, ' ').toLowerCase();
  const all = Array.from(plain.matchAll(/\p{L}[\p{L}\p{M}'’-]*/gu), ([match]) => match.replace(/['’]/g, '')).flatMap(parted);
  const stop = stopWordsOf(all);
  const words = new Set<string>();
  for (const word of all) {
    const least = WITHOUT_SPACES.test(word) ? LEAST_SIGNS : LEAST_LETTERS;
    if (word.length >= least && word.length <= MAX_LETTERS && !stop.has(word) && !ENDINGS.test(word)) words.add(word);
    if (words.size >= MAX_WORDS) break;
  }
  return words;
}

/** Distinct stems of a text's content words. */
export const wordStems = (text: string): ReadonlySet<string> => new Set([...contentWords(text)].map(stem));

/** Forms that no ending tells. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  (
    'spent:spend paid:pay sent:send bought:buy sold:sell lost:lose went:go gone:go told:tell said:say made:make took:take taken:take gave:give ' +
    'given:give found:find felt:feel kept:keep held:hold heard:hear knew:know known:know thought:think brought:bring caught:catch taught:teach ' +
    'built:build broke:break broken:break chose:choose chosen:choose drove:drive driven:drive ate:eat eaten:eat fell:fall fallen:fall flew:fly ' +
    'flown:fly forgot:forget forgotten:forget froze:freeze frozen:freeze grew:grow grown:grow hid:hide hidden:hide met:meet ran:run rang:ring ' +
    'rung:ring rose:rise risen:rise saw:see seen:see slept:sleep spoke:speak spoken:speak stole:steal stolen:steal threw:throw thrown:throw ' +
    'woke:wake woken:wake wore:wear worn:wear won:win wrote:write written:write began:begin begun:begin withdrew:withdraw withdrawn:withdraw ' +
    'drew:draw drawn:draw children:child men:man women:woman feet:foot teeth:tooth mice:mouse wives:wife knives:knife'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** Endings of English that leave the word's meaning: enough to bring "transfers" and "transferring" together, no more. */
export function stem(form: string): string {
  const word = IRREGULAR.get(form) ?? form;
  if (word.length < 4) return word;
  if (word.length === 4) return word.replace(/(?<=[^su])s$/, '').replace(/([^aeiou])\1$/, '$1');
  const plain = word.replace(/(?:ies|ied)$/, 'y').replace(/(?<=[^aeious])(?:es|s)$|(?<=[aeiou])s$/, '');
  const base = plain.replace(/(?<=[a-z]{3})(?:ing|ed|ment|tion|ly)$/, '');
  return base.replace(/([^aeiou])\1$/, '$1').replace(/(?<=[a-z]{3})e$/, '');
}

/** What the singular of the word may be, if it is a regular English plural; whoever asks knows which of them are words. */
export function singulars(form: string): readonly string[] {
  if (!form.endsWith('s') || form.endsWith('ss')) return [];
  const found = [form.replace(/ies$/, 'y'), form.slice(0, -1), form.replace(/es$/, '')];
  return found.filter((one) => one !== form);
}
