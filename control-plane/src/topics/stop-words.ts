// Function words of the languages that prompts come in most. They stand in any text whatever it is about, so none is a label.
// "you" may be one: in prompts it means the assistant, and questions about that are topics.
const OF: Readonly<Record<string, string>> = {
  en: `a an and are am as at be been but by can could did do does for from had has have her him his i if im in into is it its ive me my of on
    or our so that the their them then there these they this those to too us was we were will with would dont cant didnt isnt wont please
    just some any get got want need may might shall should must`,
  de: `aber als am an auch auf aus bei bin bis bist bitte da damit dann das dass dein dem den denn der des die dir doch du ein eine einem einen
    einer eines er es euch für habe haben hat ich ihr im in ist ja kann kannst können könnte man mein meine meinen meiner mich mir mit muss
    möchte nach noch nur ob oder ohne schon sein sich sie sind so um und uns unser vom von vor war warum was wenn werden wie will wir wird wo
    zu zum zur über`,
  fr: `au aux avec ce ces cette dans de des du elle en est et eu fait il ils je la le les leur lui ma mais me mes moi mon ne nos notre nous on ou
    où par pas peux peut plus pour pouvez que quel quelle qui sa sans se ses si son sont sur ta te tes toi ton tu un une veux voudrais vos
    votre vous été être ai as ont suis`,
  es: `al algo como con cómo cuando de del donde dónde el ella en era eres es esta este esto está están fue ha hacer hasta hay la las le les lo
    los me mi mis muy más necesito no nos o para pero por porque puede puedo que quiero qué se ser si sin sobre son soy su sus también te
    tengo tiene tu un una uno unos y ya`,
  it: `ai al alla anche che chi ci come con cosa da dal dalla dei del della delle di dove e ed era gli ha hai ho i il in io la le lo loro ma mi
    mia mio ne nel nella non o per perché più posso può quale quando questa questo se sei si sono sta su sua suo ti tra un una uno vorrei`,
  pt: `ao aos as com como da das de dele do dos e ela ele em era essa esse esta este eu foi gostaria há isso já mais mas me meu minha muito na
    não nas no nos o os ou para pela pelo por porque posso qual quando que quero se sem ser seu sua são também te tem tenho um uma você à é`,
  zh: `怎么 怎样 如何 什么 为什么 哪里 哪个 可以 是否 能否 请问 我的 我们 你的 你们 这个 那个 一个 一下 没有 需要 应该 因为 所以 但是 如果`,
  nl: `aan als ben bij dan dat de deze die dit door een en er ga geen had heb hebben heeft het hij hoe ik in is je jij kan kun maar mag me
    met mij mijn moet naar niet nog nu of om omdat ons ook op over te tot u uit van voor waar was wat we wel wie wij wil worden zijn zo`,
};

const LISTS = new Map(Object.entries(OF).map(([language, words]) => [language, new Set(words.split(/\s+/))]));
const ENGLISH = LISTS.get('en') ?? new Set<string>();

/** Those of the language that most of the words speak for; English where none does more. A word may be one here and a matter there. */
export function stopWordsOf(words: readonly string[]): ReadonlySet<string> {
  let [best, most] = [ENGLISH, words.filter((word) => ENGLISH.has(word)).length];
  for (const list of LISTS.values()) {
    const found = words.filter((word) => list.has(word)).length;
    if (found > most) [best, most] = [list, found];
  }
  return best;
}

/** Verbs and fillers that may stand in a label only where nothing says more. */
const PLAIN = new Set(
  `able about actually after already also anything back before being doing down find first give go going good help know let like look looking
  make more much now off only out really right say see should something someone still sure take tell than thing things think time try
  trying use using very way work`.split(/\s+/),
);
export const isPlain = (word: string): boolean => PLAIN.has(word);
