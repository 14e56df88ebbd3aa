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
const LEAST_RARITY = 3;

/** Of redacted prompts: how often a word stands in them (more counts less and less) times how rare it is elsewhere. */
export function topicWordsOf(prompts: readonly (string | null)[]): string[] {
  const counts = new Map<string, number>();
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  for (const prompt of prompts.slice(0, PROMPTS_READ)) {
    const text = (prompt ?? '').slice(0, UNITS_READ).replace(PLACEHOLDER, ' ').toLowerCase();
    const words = new Set(
      Array.from(segmenter.segment(text), ({ segment }) => segment).filter((word) => LETTERS.test(word) || UNSPACED.test(word)),
    );
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([word, count]) => ({ word, rarity: rarityOf(word), weight: Math.log1p(count) * rarityOf(word) }))
    .filter(({ rarity }) => rarity >= LEAST_RARITY)
    .toSorted((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
    .slice(0, MOST)
    .map(({ word }) => word);
}
