// Judges what a model takes for persons by what stands around it, and finds what a sentence says outright is a name.
import type { Finding } from '#redact';
import { NEVER_PERSONS } from './address-words.ts';
import { isCode } from './code.ts';
import { coverOf } from './cover.ts';
import { isWidelyKnown } from './known-people.ts';
import { CLUB_BEFORE, CLUB_OR_BRAND, EPONYM_OF, EPONYM_WITH, isSoftware, OPENERS, PRODUCTS, TECHNICAL } from './plain-words.ts';
import { isElliptic, isOfExercise, isOfPublicLife } from './sentences.ts';

const PERSON = 'PERSON';
const NAME_WORD = String.raw`\p{Lu}[\p{L}\p{M}'’.-]{0,30}`;
const NAME = String.raw`${NAME_WORD}(?: (?:${NAME_WORD}|d[aeiou]|del?|den|der|dos|la|van|von|bin|al|el)){0,3}`;
/** Sentences that introduce someone. The name is the last group. */
const INTRODUCTIONS: readonly RegExp[] = [
  String.raw`(?<!\p{L})(?:[Mm]y (?:full |first |last |nick)?name is|[Nn]ame'?s|[Cc]alls? me|I am called|[Ii]ch hei(?:ß|ss)e|[Mm]ein Name ist|[Mm]e llamo|[Mm]i nombre es|[Jj]e m['’]appelle|[Mm]on nom est|[Mm]i chiamo|[Mm]ijn naam is|[Ii]k heet|(?:[Oo] )?[Mm]eu nome é|[Mm]e chamo|[Jj]ag heter|[Nn]imeni on|[Nn]azywam się|[Mm]am na imię) (${NAME})`,
  String.raw`(?<!\p{L})(?:(?:[Ff]ull|[Ff]irst|[Ll]ast|[Cc]ustomer|[Pp]atient|[Cc]lient|[Cc]ontact|[Ee]mployee) )?[Nn]ame: {1,2}(${NAME})`,
  String.raw`(?<!\p{L})(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herr|Frau|Señora?|Sra?|Mme|Mlle|Dhr|Mevr|Signora?)\.? (${NAME})`,
].map((source) => new RegExp(source, 'gu'));
/** What is called by a title or "call me" and is no one: "Dr. Pepper", "Mr. President", "call me Tomorrow". */
const NO_ONE =
  /^(?:Pepper|Robot|Bean|Strange|Who|No|Evil|Doolittle|Dolittle|Watson|Jekyll|Hyde|House|Darcy|Dalloway|Doubtfire|President|Speaker|Chairman|Chair|Minister|Sir|Madam|Back|When|If|On|At|Again|Today|Tomorrow|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|The|A|An|In|And|Or|Not|Name|String|Text|Number|Integer|Value|Type|Object|Null|None|Unknown|True|False|Default|Example|Test)(?![\p{L}])/u;
/** Findings of persons judged and completed; findings of other types are given back as they are. */
export function judgePeople(text: string, findings: readonly Finding[]): Finding[] {
  const others = findings.filter(({ type }) => type !== PERSON);
  const cover = coverOf(others, text.length);
  const free = ({ start, end }: Finding): boolean => !cover.overlaps(start, end);
  const people = [
    ...findings
      .filter(({ type }) => type === PERSON)
      .flatMap((finding) => withoutOpeners(text, finding))
      .filter((finding) => isPerson(text, finding)),
    ...introductions(text).filter(free),
  ];
  return [...others, ...people, ...sameNames(text, people).filter(free)];
}

/** "Suppose Benjamin", "Thanks Anna": what opens the sentence is no part of the name. */
function withoutOpeners(text: string, finding: Finding): Finding[] {
  let { start } = finding;
  if (!/(?:^|[.!?:;"“\n>]\s*)$/u.test(text.slice(Math.max(0, start - 8), start))) return [finding];
  for (;;) {
    const match = /^(\p{L}+)[ ,]+/u.exec(text.slice(start, finding.end));
    if (match === null) return OPENERS.has(text.slice(start, finding.end).toLowerCase()) ? [] : [{ ...finding, start }];
    if (!OPENERS.has((match[1] ?? '').toLowerCase())) return [{ ...finding, start }];
    start += match[0].length;
  }
}

function isPerson(text: string, finding: Finding): boolean {
  const { start, end } = finding;
  const value = text.slice(start, end);
  const before = text.slice(Math.max(0, start - 80), start);
  const behind = text.slice(end, end + 80);
  if (NEVER_PERSONS.has(value.toLowerCase()) || isWidelyKnown(value) || isCode(text, finding)) return false;
  if (isAcronym(text, value) || CLUB_OR_BRAND.test(value) || CLUB_BEFORE.test(before) || isSoftware(text, value)) return false;
  // One name each, also in a list: "Jack, Tom".
  if (!/\p{L} \p{L}/u.test(value) && isOfExercise(text, finding)) return false;
  if (!/\s/.test(value)) {
    if (isElliptic(text, finding)) return false;
    if (PRODUCTS.has(value.toLowerCase()) && TECHNICAL.test(before + behind)) return false;
  }
  return !(EPONYM_OF.test(behind) || EPONYM_WITH.test(behind) || isOfPublicLife(text, finding));
}

/** "CNET", "KTCM LFPG EGLL OMDB": in a text with small letters, names are seldom written so. */
function isAcronym(text: string, value: string): boolean {
  if (/\p{Ll}/u.test(value) || !/\p{Ll}/u.test(text)) return false;
  const words = value.match(/\p{L}+/gu) ?? [];
  return words.length > 3 || words.every((word) => word.length <= 5 && words.length === 1);
}

function introductions(text: string): Finding[] {
  return INTRODUCTIONS.flatMap((form) =>
    [...text.matchAll(form)].flatMap((match) => {
      const name = (match.at(-1) ?? '').replace(/(?:['’]s|[.'’-]+)$/u, '');
      const end = match.index + match[0].length - ((match.at(-1) ?? '').length - name.length);
      const finding = { start: end - name.length, end, type: PERSON };
      return NO_ONE.test(name) || isWidelyKnown(name) || isCode(text, finding) ? [] : [finding];
    }),
  );
}

const MIN_WORD = 3;

/** Other places where a word of a found name stands with the same capital: "Anna Kuhn … Kuhn said". */
function sameNames(text: string, people: readonly Finding[]): Finding[] {
  const words = new Set<string>();
  for (const { start, end } of people)
    for (const [word] of text.slice(start, end).matchAll(/[\p{L}\p{M}]+/gu))
      if (word.length >= MIN_WORD && /^\p{Lu}/u.test(word) && !OPENERS.has(word.toLowerCase())) words.add(word);
  if (words.size === 0) return [];
  const again: Finding[] = [];
  for (const match of text.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)) {
    const finding = { start: match.index, end: match.index + match[0].length, type: PERSON };
    if (words.has(match[0]) && isPerson(text, finding)) again.push(finding);
  }
  return again;
}
