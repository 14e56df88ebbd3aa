// What a text's wording shows of what is wanted, as numbers that small models weigh: phrases, form and length.
import { CODE, FIRST_PERSON } from '../text/cues.ts';
import { ENGLISH, FOREIGN, PHRASES } from './phrases.ts';

/** Instructions stand at the beginning or at the end of a text; what is pasted between says little. */
const HEAD_UNITS = 400;
const TAIL_UNITS = 160;
const MOST_UNITS = 6000;
const CJK_PER_WORD = 2;

const PHRASE_NAMES = [
  'wrong',
  'doubt',
  'meant',
  'retry',
  'failing',
  'form',
  'change',
  'more',
  'goOn',
  'sayAgain',
  'thanks',
  'greeting',
  'farewell',
  'yesNo',
  'aboutYou',
  'make',
  'makeForeign',
  'ask',
  'askForeign',
  'pointer',
  'handsOver',
  'reports',
  'linking',
  'slot',
] as const satisfies readonly (keyof typeof PHRASES)[];

export const SIGN_NAMES = [
  ...PHRASE_NAMES,
  'logLength',
  'oneWord',
  'veryShort',
  'short',
  'long',
  'lines',
  'endsAsking',
  'asksLate',
  'barePick',
  'stackTrace',
  'codeOrLink',
  'pasted',
  'names',
  'firstPerson',
  'lowerCase',
  'shortPointer',
  'shortThanks',
  'orderNotAsking',
  'contrary',
  'definite',
  'material',
  'dataLike',
] as const;
export type Signs = Readonly<Record<(typeof SIGN_NAMES)[number], number>>;

/** What runtimes print when a program fails. */
const STACK_TRACE =
  /^(?:Traceback \(most recent call last\)|[ \t]+at \S{1,200} ?\(|Exception in thread |(?:[A-Z]\w{0,40})?(?:Error|Exception): )/m;
const PICK = /^\W{0,4}(?:\d{1,3}|[a-d]|menu|option \d{1,2}|the (?:first|second|third|last)(?: one)?)\W{0,4}$/i;
const NAME = /(?<=[\p{L},] )\p{Lu}[\p{L}\p{N}]{2,40}/gu;
const ASKS = /[?？]/;
const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff]/g;
/** "Isn't it …", "But doesn't …": questions that hold something against an answer. */
const CONTRARY =
  /^\W{0,4}(?:but |really\W{1,3}(?:but )?)?(?:isn't|aren't|doesn't|don't|didn't|wasn't|weren't|hasn't|ist das nicht|ist es nicht|n'est-ce pas|no es|non è|não é)(?![\p{L}])/iu;

/** "The exam", "both sides": things that were named before, where nothing follows that says which. */
const DEFINITE =
  /(?<![\p{L}])(?:the|both|de|der|die|das|den|le|la|les|el|los|las|il|lo|gli|os|as) [\p{L}]{3,20}(?: [\p{L}]{3,20})?\s{0,2}(?:[?.!,]|$| (?:start|cost|have|work|do|is|are|was))/iu;

/** The text read last: what a request leans on and what it wants are asked of the same one, right after another. */
let last: { readonly text: string; readonly signs: Signs } | undefined;

export function signsOf(text: string): Signs {
  if (last?.text !== text) last = { text, signs: read(text) };
  return last.signs;
}

function read(whole: string): Signs {
  const text = whole.slice(0, MOST_UNITS).replaceAll('’', "'");
  const head = text.slice(0, HEAD_UNITS);
  const tail = whole.slice(-TAIL_UNITS).replaceAll('’', "'").trimEnd();
  const count = wordCount(text);
  const flag = (condition: boolean): number => (condition ? 1 : 0);
  const phrases = Object.fromEntries(PHRASE_NAMES.map((name) => [name, flag(PHRASES[name].test(head))])) as Record<
    (typeof PHRASE_NAMES)[number],
    number
  >;
  const asks = ASKS.test(head);
  return {
    ...phrases,
    logLength: Math.log1p(count),
    oneWord: flag(count <= 1),
    veryShort: flag(count <= 3),
    short: flag(count <= 7),
    long: flag(count >= 60),
    lines: Math.min(8, text.split('\n').length - 1),
    endsAsking: flag(ASKS.test(tail.slice(-2))),
    asksLate: flag(!asks && ASKS.test(tail)),
    barePick: flag(PICK.test(head)),
    stackTrace: flag(STACK_TRACE.test(text)),
    codeOrLink: flag(CODE.test(text)),
    pasted: flag(/[:：]\s{0,3}\n|^\s*```/m.test(head) || count >= 150),
    names: Math.min(5, head.match(NAME)?.length ?? 0),
    firstPerson: flag(FIRST_PERSON.test(head)),
    lowerCase: flag(/^\p{Ll}/u.test(text)),
    shortPointer: flag(phrases.pointer === 1 && count <= 12),
    shortThanks: flag(count <= 12 && !asks && (phrases.thanks === 1 || PHRASES.thanks.test(tail))),
    orderNotAsking: flag((phrases.make === 1 || phrases.makeForeign === 1) && phrases.ask === 0),
    contrary: flag(CONTRARY.test(head)),
    material: flag(count >= 45 && phrases.ask === 0 && phrases.make === 0),
    dataLike: flag(count >= 5 && (head.match(/\d/g)?.length ?? 0) > head.length / 12),
    definite: flag(count <= 14 && DEFINITE.test(head)),
  };
}

/** Whether the text orders something, or another form of it. */
export function ordersWork(whole: string): boolean {
  const head = whole.slice(0, HEAD_UNITS).replaceAll('’', "'");
  return PHRASES.form.test(head) || ((PHRASES.make.test(head) || PHRASES.makeForeign.test(head)) && !PHRASES.ask.test(head));
}

/** Words, where texts have spaces; Chinese and Japanese characters count as half a word. */
export function wordCount(text: string): number {
  const unspaced = text.match(UNSPACED)?.length ?? 0;
  return (
    text
      .replace(UNSPACED, ' ')
      .split(/\s+/)
      .filter((word) => /[\p{L}\p{N}]/u.test(word)).length + Math.round(unspaced / CJK_PER_WORD)
  );
}

/** Whether the text is in English, as far as its commonest words tell; the embedding model reads nothing else well. */
export function isEnglish(whole: string): boolean {
  const head = whole.slice(0, HEAD_UNITS);
  return (head.match(FOREIGN)?.length ?? 0) <= (head.match(ENGLISH)?.length ?? 0);
}

/** A short word of thanks or praise that neither asks nor complains. */
export function isThanks(text: string): boolean {
  const { shortThanks, wrong, doubt, failing, meant, change, endsAsking } = signsOf(text);
  return shortThanks === 1 && wrong + doubt + failing + meant + change + endsAsking === 0;
}
