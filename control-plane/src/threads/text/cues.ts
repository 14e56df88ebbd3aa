// Surface cues of requests that lean on earlier ones, in English, Dutch, German, French and Spanish. Each pattern is
// linear: no nested repetition, anchored or on short words. Texts are cut before they come here.
const words = (list: string): string =>
  list
    .trim()
    .replace(/\s*\|\s*/g, '|')
    .replace(/\s+/g, '\\s');
const anywhere = (list: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words(list)})(?![\\p{L}\\p{N}])`, 'giu');
const opening = (list: string): RegExp => new RegExp(`^\\W{0,8}(?:${words(list)})(?![\\p{L}\\p{N}])`, 'iu');

/** Words that stand for something said before. */
export const PRONOUNS = anywhere(`
  it | its | they | them | their | theirs | he | him | his | she | her | hers | this | that | these | those | there | one | ones | such | former | latter |
  dit | dat | deze | die | het | hem | haar | hun | ze | zij | er | daar | hier | ervan | daarvan | hiervan |
  es | das | dies | diese | dieser | dieses | diesen | diesem | sie | ihn | ihm | dazu | davon | damit |
  ça | cela | ceci | celui | celle | ces | cette | eso | esto | ese | esta | este | lo`);

/** Conjunctions and particles with which nobody opens a new matter. */
export const CONNECTIVES = opening(`
  and | but | so | or | also | then | what about | how about | why | why not | ok | okay | yes | no | thanks | thank you | please | now | instead | else | again | still | which | too |
  en | maar | dus | of | ook | nog | waarom | hoezo | ja | nee | oké | dank | bedankt | graag | kun je ook |
  und | aber | also | oder | auch | noch | warum | nein | danke | bitte | weiter |
  et | mais | alors | donc | aussi | pourquoi | oui | non | merci | encore |
  y | pero | entonces | también | por qué | sí | gracias`);

/** Asks for more of the same. */
export const ELABORATION = anywhere(`
  more | further | else | another | other | others | elaborate | expand | continue | go on | details | detail | example | examples | explain | clarify | rephrase | shorter | longer |
  simplify | summarize | summarise | meer | verder | ander | andere | voorbeeld | voorbeelden | uitleggen | ga door | korter | langer |
  mehr | weiter | beispiel | beispiele | genauer | kürzer | länger | plus de | davantage | exemple | exemples | continue | détails |
  más | otro | otra | ejemplo | ejemplos | continúa`);

/** Rejects or mends what came before. */
export const CORRECTION = anywhere(`
  wrong | incorrect | not what | i meant | i mean | actually | mistake | instead | rather | try again | doesn't work | does not work | didn't work | not working | you forgot | you missed | that is not | that's not |
  fout | klopt niet | ik bedoel | ik bedoelde | eigenlijk | werkt niet | opnieuw | falsch | stimmt nicht | ich meinte | eigentlich | funktioniert nicht | nochmal |
  faux | incorrecte | je voulais dire | en fait | ne marche pas | ne fonctionne pas | incorrecto | quise decir | en realidad | no funciona | de nuevo`);

export const GREETING = opening(
  `hi | hello | hey | good morning | good afternoon | good evening | hoi | hallo | goedemorgen | guten tag | guten morgen | bonjour | salut | hola | buenos días`,
);
export const FAREWELL = anywhere(`
  thanks | thank you | that is all | that's all | that will be all | bye | goodbye | nothing else | no more | all set | that's good | bedankt | dank je | danke | tschüss | merci | au revoir | gracias | adiós`);
/** A short answer to a question that the assistant put. */
export const SHORT_ANSWER = opening(`
  yes | no | yeah | nope | yep | sure | ok | okay | right | correct | that's | that is | sounds | perfect | great | please | i'd like | i would like | make it | the first | the second | first | second | any | none | neither | both |
  it doesn't | i don't care | i don't mind | i do not | ja | nee | nein | si | sí | oui | non | graag | gerne`);
/** Opens a task or a question of its own. */
export const IMPERATIVE = opening(`
  write | create | generate | make | explain | summarize | summarise | translate | list | give | show | tell | compare | find | help | describe | convert | implement | design | suggest | draft | provide | act | imagine | build | fix | plan | book |
  i am | i'm | i have | i want | i need | we | given | how do | how can | how to | how would | what is | what are | what's | who is | who was | is there | are there | can you | could you |
  schrijf | maak | geef | vertaal | hoe kan | hoe moet | hoe doe | wat is | ik wil | ik heb | ik ben | schreibe | erstelle | gib | wie kann | was ist | ich möchte | ich habe |
  écris | crée | donne | traduis | comment | qu'est-ce | je veux | je voudrais | escribe | crea | dame | traduce | cómo | qué es | quiero | necesito`);
export const CODE = /```|[{};]\s*\n|^\s*(?:def|import|class|const|var|function|select|from|#include)\b|Traceback|Error:|https?:\/\//im;
export const ERROR_REPORT =
  /\b(?:traceback|exception|error|errors|warning|failed|failure|cannot|stack trace|segfault|undefined|crash|crashes|broken|fout|foutmelding|fehler|fehlermeldung|erreur|échoué|fallo)\b|\bat line\b/i;

/**
 * Him, her, it, them. Only words that mean one of these: German "sie" and Dutch "ze" are her and them, French "il" is
 * him and it, so they are left out.
 */
export const REFERENTS: readonly RegExp[] = [
  anywhere(`he | him | his | himself | hij | hem | ihm | ihn`),
  anywhere(`she | her | hers | herself | haar | elle | ella`),
  anywhere(`it | its | itself | het | es`),
  anywhere(`they | them | their | theirs | hun | hen | ils | elles | ellos | ellas`),
];
export const FIRST_PERSON = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:i|i'm|i'd|i'll|me|my|ik|mij|mijn|ich|mich|mir|mein|meine|je|moi|mon|ma|yo|mi)(?![\\p{L}\\p{N}])`,
  'iu',
);
export const NAME = /(?<=[\p{L},] )\p{Lu}[\p{L}\p{N}]{2,40}/gu;
export const CLOSING =
  /have a (?:great|good|nice|wonderful)|you(?:'re| are) welcome|glad (?:i|to)|enjoy |graag gedaan|gern geschehen|de rien|de nada/i;
