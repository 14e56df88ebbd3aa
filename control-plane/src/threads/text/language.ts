// Which language a text is in, as far as its commonest words and its letters tell: embeddings of texts in a language that the
// model reads badly lie close together whatever they are about (see infer/background.ts).

export const LANGUAGES = ['en', 'de', 'nl', 'fr', 'es', 'it', 'pt', 'cyrillic', 'chinese', 'japanese'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Words of three letters or more, as `describeText` finds them. A word may belong to several languages. */
const COMMON: Readonly<Record<string, string>> = {
  en: 'the and are what how you your that this for with can does did was were please which who why when where from have has about there their they would could should need make give write into not but all any them these those will than then also too more some get its our his her she let use it',
  de: 'der die das und nicht ich ein eine einen einem einer ist sind wie was für mit den dem des auf wir sie mein meine meinen kann kannst können muss soll welche welcher welches wenn auch noch bitte mir mich dir gib mach schreibe erkläre über nach beim zum zur bei aus oder aber dann wird werden hat habe haben warum wann wer nein danke mehr kein keine dass diese dieser dieses etwas viel',
  nl: 'het een niet van voor wat hoe mijn zijn met dat deze kan kun kunt naar maar heb heeft hebben welke waar wanneer waarom ook nog graag bedankt dank moet moeten mag wil geef maak schrijf leg uit uitleg over bij aan door dan als wordt worden geen meer iets veel jij wij zij ons onze hun daar hier achter tussen tussen alle andere',
  fr: 'les des une est pas pour que qui dans avec sur mon mes ton son ses comment quel quelle quels quelles pourquoi quand peut peux puis faut fais fait écris donne explique aide moi toi lui nous vous ils elle elles aux par mais plus aussi bien merci cela ceci cette ces combien après avant sans être avoir ont sont quoi encore rends',
  es: 'los las una que por para con como cómo qué está están del mis sus muy más pero también gracias cuál cuáles cuándo dónde quién puedo puede puedes necesito quiero tengo hay haz pon dame escribe explica sobre desde hasta entre después antes sin son fue ser estar esto esta este eso esa ese todo nada algo otra otro hola cuánto cuántos cada',
  it: 'che non per una del della dello dei delle degli con come mio mia miei sono nel nella alla alle gli anche più questo questa quello quella cosa quale quali quanto quanti quando dove perché posso può puoi devo voglio fai scrivi spiega dammi grazie senza dopo prima ogni essere fare hai abbiamo dal sul sulla',
  pt: 'que uma não para com como meu minha dos das nos nas pelo pela mais mas também obrigado obrigada isso isto esse essa este esta qual quais quando onde quem quanto posso pode preciso quero tenho faz escreve escreva explica explique depois antes sem são está estou você ser ter dar fica muito todo cada sobre até',
};
const LETTERS: readonly (readonly [Language, RegExp])[] = [
  ['japanese', /[぀-ヿ]/u],
  ['chinese', /[㐀-鿿]/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
];
/** Letters and marks that one of the languages has and English has not. */
const MARKS: readonly (readonly [Language, RegExp])[] = [
  ['de', /[äöß]/u],
  ['fr', /[çœèêàùî]/u],
  ['es', /[ñ¿¡]/u],
  ['pt', /[ãõ]/u],
];
const UNITS_READ = 400;
const PLACE: ReadonlyMap<string, number> = new Map(LANGUAGES.map((language, i) => [language, i]));

const languagesOf = ((): ReadonlyMap<string, readonly number[]> => {
  const known = new Map<string, number[]>();
  for (const [language, words] of Object.entries(COMMON))
    for (const word of new Set(words.split(' '))) known.set(word, [...(known.get(word) ?? []), PLACE.get(language) ?? 0]);
  return known;
})();

/** Undefined where nothing tells, as in short texts without any common word. `words` are those of the text, in lower case. */
export function languageOf(text: string, words: ReadonlySet<string>): Language | undefined {
  const head = text.slice(0, UNITS_READ);
  for (const [language, letters] of LETTERS) if (letters.test(head)) return language;
  const counts = new Array<number>(LANGUAGES.length).fill(0);
  for (const word of words) for (const place of languagesOf.get(word) ?? NOWHERE) counts[place] = (counts[place] ?? 0) + 1;
  for (const [language, marks] of MARKS)
    if (marks.test(head)) counts[PLACE.get(language) ?? 0] = (counts[PLACE.get(language) ?? 0] ?? 0) + 1;
  const most = Math.max(...counts);
  return most === 0 ? undefined : LANGUAGES[counts.indexOf(most)];
}
const NOWHERE: readonly number[] = [];
