// The words that tell most of what a thread was about.
import { rarityOf } from '../threads/index.ts';

const MOST = 8;
const UNITS_READ = 2_000;
const PROMPTS_READ = 50;
const LETTERS = /^[\p{L}][\p{L}\p{M}'-]{2,30}$/u;
const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff]{2}/;
/** What redaction put in the place of something personal. */
const PLACEHOLDER = /\[[A-Z][A-Z0-9_:]*[^\]\s]*\]/g;
/** Below this a word stands in any text. */
const LEAST_RARITY = 4;
/** The commonest words of the other languages: the table of rarities knows those of English only. */
const COMMON = new Set(
  (
    'een het van dat die niet zijn voor met maar ook aan bij als naar wat hoe waar kan wil heb heeft deze dit mij mijn jij jouw kun graag ' +
    'der die das den dem des ein eine einen einem einer und oder aber nicht ist sind für mit auf von zum zur bei wie was wer wann warum kann ich mir mich mein meine bitte auch noch dass ' +
    'les des une est sont pas pour avec dans sur par que qui quoi comment pourquoi peux peut mon mes moi plus aussi cette mais ' +
    'los las una unos unas del por para con que como qué cómo cuál puedes puede pero más esta este ser mis muy ' +
    'gli della delle dei degli dal nel sul che chi come cosa perché puoi può sono non più anche questa questo mio mia con per ' +
    'uma dos das pelo pela para com por que como qual você pode não mais esta este meu minha são'
  ).split(' '),
);

const isTelling = (word: string): boolean => (LETTERS.test(word) && !COMMON.has(word)) || UNSPACED.test(word);

/** Of redacted prompts: how often a word stands in them (more counts less and less) times how rare it is elsewhere. */
export function topicWordsOf(prompts: readonly (string | null)[]): string[] {
  const counts = new Map<string, number>();
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  for (const prompt of prompts.slice(0, PROMPTS_READ)) {
    const text = (prompt ?? '').slice(0, UNITS_READ).replace(PLACEHOLDER, ' ').toLowerCase();
    const words = new Set(Array.from(segmenter.segment(text), ({ segment }) => segment).filter(isTelling));
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([word, count]) => ({ word, rarity: rarityOf(word), weight: Math.log1p(count) * rarityOf(word) }))
    .filter(({ rarity }) => rarity >= LEAST_RARITY)
    .toSorted((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
    .slice(0, MOST)
    .map(({ word }) => word);
}
