// What the sentence around a name is about. Two kinds of sentences name people and yet say nothing about anyone whom the
// asker knows: questions about history, art or politics, and exercises about made-up people.
import type { Finding } from '#redact';

const MAX_SENTENCE = 400;

/** Words of public life only; "role", "team" or "born" are said of colleagues and children too. */
const PUBLIC_LIFE =
  /(?<!\p{L})(?:famous|known for|best known|albums?|songs?|lyrics|singers?|guitarist|rapper|symphon(?:y|ies)|opera|concerto|films?|movies?|novels?|novelist|poems?|poets?|poetry|paintings?|painters?|painted|sculptures?|artwork|impressionis[mt]|president|presidency|senator|senate|prime minister|kings?|queens?|princes?|princess|emperors?|empress|dynasty|reign|throne|pharaoh|popes?|saints?|presidential|world war|battle|empire|kingdom|revolution|invasion|conquer(?:ed|or)|centur(?:y|ies)|philosoph(?:y|er|ers|ical)|theor(?:y|ies|em)|invented|invention|inventor|discovered|discovery|scientist|physicist|mathematician|championships?|olympics?|super bowl|world cup|world series|nba|nfl|mlb|nhl|fifa|grammys?|oscars?|nobel|pulitzer|legacy|biography|autobiography|myth(?:ology)?|legend(?:ary)?|assassinated|assassination|expedition|explorer|supreme court|literature|literary|fictional|protagonist)(?!\p{L})/iu;
const QUESTION =
  /^\W*(?:(?:and|so|but|ok|okay|also|then|now|great|thanks|interesting|cool|wow|well)\W+){0,2}(?:who|what|when|where|why|how|which|in what|did|does|do|was|were|is|are|has|had|(?:can|could) you (?:tell me|explain)|tell me|describe|explain|compare|discuss|summari[sz]e)(?!\p{L})/iu;
const WHO_WAS = /^\W*(?:(?:and|so|but|ok|okay)\W+)?who (?:was|were) $/iu;
/** The asker's own world. */
const OWN = /(?<!\p{L})(?:i|i['’]m|i['’]ve|my|mine|we|us|our|ours|myself|you|your|he['’]s|she['’]s)(?!\p{L})/iu;

const ELLIPTIC =
  /^\W*(?:(?:and|so|but|ok|okay|yes|no|thanks|great)\W+){0,2}(?:and|(?:and )?(?:how|what) about(?: what happened to)?|what happened to|tell me (?:more )?about|who is|who['’]s)\W*$/iu;

/** "And Jared?": one name in a question that lives on what was said before names nobody by itself. */
export function isElliptic(text: string, { start, end }: Finding): boolean {
  return (
    start < MAX_SENTENCE && /^['’s\W]*$/u.test(text.slice(end, end + 16)) && text.length - end < 16 && ELLIPTIC.test(text.slice(0, start))
  );
}

/** True where the finding stands in a question about history, art, science, sport or politics. */
export function isOfPublicLife(text: string, finding: Finding): boolean {
  const { sentence, at } = sentenceAround(text, finding);
  if (WHO_WAS.test(sentence.slice(0, at))) return !OWN.test(sentence);
  return QUESTION.test(sentence) && PUBLIC_LIFE.test(sentence) && !OWN.test(sentence.replace(/you (?:tell me|explain)/iu, ''));
}

/** What opens or ends an exercise of arithmetic or logic. */
const SUPPOSE = /(?:^|[.!?:]\s+|\n)(?:suppose|imagine|assume|say|let['’]s say|pretend)(?: that)? $/iu;
const EXERCISE =
  /(?<!\p{L})(?:how many|how much (?:more|less|money|does|did|do|will|is|was|would)|what (?:is|was|would be) (?:the|his|her|their) (?:total|average|probability|ratio|sum|difference|percentage)|calculate|in total|altogether|deduce|puzzle|riddle|previous question|(?:flips?|tosses|rolls) (?:the|a|two) (?:coins?|dice|die)|who is (?:the )?(?:older|younger|taller|shorter|fastest|oldest|tallest|liar|lying))(?!\p{L})/iu;
const QUANTITY = /\d|(?<!\p{L})(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|half|each|coins?|dice)(?!\p{L})/iu;
const OWN_LIFE = /(?<!\p{L})(?:i|i['’]m|i['’]ve|(?<!(?:tell|give|show|help) )(?:me|us)|my|mine|our|ours|myself)(?!\p{L})/iu;

/** True for a first name in an exercise: the people of those are made up. */
export function isOfExercise(text: string, { start }: Finding): boolean {
  if (SUPPOSE.test(text.slice(Math.max(0, start - 32), start))) return true;
  const around = text.slice(Math.max(0, start - 1000), start + 1000);
  return EXERCISE.test(around) && QUANTITY.test(around) && !OWN_LIFE.test(around) && !around.includes('[');
}

function sentenceAround(text: string, { start, end }: Finding): { readonly sentence: string; readonly at: number } {
  const before = text.slice(Math.max(0, start - MAX_SENTENCE), start);
  const behind = text.slice(end, end + MAX_SENTENCE);
  let from = 0;
  for (const match of before.matchAll(/[.!?]\s+|\n/gu)) from = match.index + match[0].length;
  const close = /[.!?](?:\s|$)|\n/u.exec(behind);
  const to = close === null ? behind.length : close.index + 1;
  return { sentence: before.slice(from) + text.slice(start, end) + behind.slice(0, to), at: before.length - from };
}
