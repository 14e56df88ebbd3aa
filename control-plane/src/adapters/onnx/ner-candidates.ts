// Which windows of a text the model need not read. One whose only capitals open sentences with plain words, and without
// a word that introduces a name or an address, holds nothing that would be kept of what a model might find in it. Pure.

/** Placeholders of the first redaction and the English "I" say nothing about how a text uses capitals. */
const NO_CAPITAL = /\[[A-Z][A-Z0-9_]{1,40}(?:[:_][a-z]{8,32})?\]|(?<![\p{L}\p{N}])I(?![\p{L}\p{N}])/gu;

/** True where a text is written without capitals, or with nothing else: then a name need not have one to be one. */
export function isOneCase(text: string): boolean {
  const plain = text.replace(NO_CAPITAL, '');
  return !/\p{Ll}/u.test(plain) || !/\p{Lu}/u.test(plain);
}

/** Words that introduce a person. What follows may be a name without a capital. */
const INTRODUCER =
  "i['’]?m|i am|im|call(?:s|ed)? me|name is|names?|name['’]?s|this is|dear|hi|hello|hey|thanks|regards|from|mrs?|ms|dr|prof|with|wife|husband|son|daughter|child|friend|brother|sister|mother|father|mum|mom|dad|boss|colleague|coworker|manager|neighbou?r|named";
/** Words that so often follow those that they introduce nobody. */
const FOLLOWER =
  'the|a|an|this|that|these|those|my|your|his|her|their|its|our|me|you|him|them|us|it|all|any|some|one|each|both|more|most|other|another|what|which|who|how|where|there|here|and|or|but|to|in|on|at|of|for|as|is|was|are|were|not|no|so|very|too|just|really|about|going|trying|looking|interested|curious|thinking|planning|having|getting|using|sure|sorry|good|fine|new|also|now|then|if|when|while';
/** A name without a capital counts only behind these. */
export const INTRODUCING = new RegExp(String.raw`(?<!\p{L})(?:${INTRODUCER}) $`, 'iu');
const INTRODUCTION = new RegExp(String.raw`(?<!\p{L})(?:${INTRODUCER}) (?!(?:${FOLLOWER})(?!\p{L}))\p{Ll}`, 'iu');
const ADDRESS_CUE =
  /(?<!\p{L})(?:address\p{L}*|liv(?:e|es|ed|ing)|located|resid\p{L}*|deliver\p{L}*|ship(?:ped|ping)?|street|avenue|road|lane|corner|apartment|suite|zip|post(?:al)?code|box)(?!\p{L})/iu;

/** Words that open a sentence and are no names. Their capital says nothing. */
const OPENERS =
  'What|When|Where|Which|Who|Whose|Whom|Why|How|Is|Are|Was|Were|Am|Do|Does|Did|Have|Has|Had|Can|Could|Would|Should|Shall|Must|Might|The|This|That|These|Those|There|Here|It|Its|He|She|They|We|You|My|Your|His|Her|Their|Our|An?|And|Or|But|So|If|Then|Also|Now|Not|No|Yes|Ok|Okay|Oh|Well|Sure|Please|Thanks|Thank|Great|Good|Nice|Cool|Awesome|Interesting|Sounds|Tell|Give|Show|Explain|Describe|Compare|Write|List|Find|Help|Make|Provide|Create|Let|Lets|Some|Any|All|Many|Most|Other|Others|Another|Each|Both|Every|For|From|With|Without|In|On|At|By|To|Of|As|About|After|Before|Since|Until|While|Because|Although|Though|However|Therefore|Additionally|Furthermore|Moreover|Overall|First|Second|Third|Finally|Next|More|Maybe|Perhaps|Actually|Really|Just|Only|Even|Still|Yet|Once|One|Two|Three|Using|Based|According|Anything|Something|Nothing|Everything|Like|Than|Such|Between|During|Through|Over|Under|Into|Out|Up|Down|Again|Hello|Hey|Hi|Wow|Hmm|Ah|Right|True|False|Wait|Sorry|See|Look|Think|Know|Want|Need|Try|Use|Get|Got|Go|Come|Take|Put|Say|Said|Ask|Absolutely|Certainly|Definitely|Perfect|Enjoy|Yeah|Yep|Yup|Play|OK|Unfortunately|Generally|Typically|Usually|Often|Sometimes|Always|Never|Later|Today|Summarize|Summarise|Translate|Calculate|Rewrite|Identify|Suggest|Recommend|Analyze|Discuss|Design|Generate|Add|Change|Remove|Replace|Consider|Remember|Remind|Book|Search|Check|Select|Choose|Pick|Start|Stop|Turn|Set|Open|Close|Run|Send|Transfer|Reserve|Buy|Order';
const OPENING = new RegExp(String.raw`^(?:${OPENERS})(?:['’](?:s|m|re|ve|ll|d|t))?$`, 'u');
const CAPITALISED = /(?<![\p{L}\p{N}'’])[\p{Lu}\p{Lt}\p{Lo}][\p{L}\p{M}'’]*/gu;
/** Before a word that opens a sentence, a line, a quotation or an item. */
const START = /(?:^|[.!?:;\n"“‘(*•>-])[\s"“‘(*•>-]*$/u;

/**
 * True where a model must read a window of a text in which names bear capitals. A number alone is no address, so digits do
 * not count. A window is read whole or not at all: sentence by sentence the model misses 12 % of names instead of 8 %.
 */
export function mayHoldNames(text: string): boolean {
  if (/\p{Lo}/u.test(text) || ADDRESS_CUE.test(text) || INTRODUCTION.test(text)) return true;
  for (const match of text.matchAll(CAPITALISED)) {
    const word = match[0].replace(/['’]+$/u, '');
    if (/^I(?:['’]\p{L}+)?$/u.test(word)) continue;
    if (!OPENING.test(word) || !START.test(text.slice(Math.max(0, match.index - 8), match.index))) return true;
  }
  return false;
}
