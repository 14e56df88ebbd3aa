// What a topic may be called in front of people who may not see its texts.
import type { Scope } from '../kernel/index.ts';
import type { TopicTexts } from './ports.ts';
import { fixedLabel } from './taxonomy.ts';
import { stem, wordStems } from './words.ts';

/** Enough to know whether a word is many people's. */
const MAX_PROMPTS = 2_000;

/**
 * The words of the label that at least so many people used, in whatever form. Without texts nothing shows that anybody did. Labels
 * of the fixed list are whole: nobody's texts made them, and there may be no texts to ask.
 */
export async function publicLabel(store: TopicTexts, scope: Scope, topicId: string, minUsers: number): Promise<string> {
  const fixed = fixedLabel(topicId);
  if (fixed !== undefined) return fixed;
  const words = (await store.labelOf(scope, topicId)).split(' ').filter((word) => word !== '');
  const people = new Map(words.map((word) => [stem(word), new Set<string>()]));
  for (const { principal, text } of await store.prompts(scope, topicId, MAX_PROMPTS)) {
    for (const found of wordStems(text)) people.get(found)?.add(principal);
  }
  return words.filter((word) => (people.get(stem(word))?.size ?? 0) >= minUsers).join(' ');
}
