// Hits by what made them hits, so that a reader knows why each is there.
import type { SearchHit } from '../api/views.ts';

type Why = SearchHit['why'][number];

export const WHY: Readonly<Record<Why, { readonly text: string; readonly title: string }>> = {
  id: { text: 'exact id', title: 'One of its ids, or that of its thread or session, is what was asked for' },
  words: { text: 'words', title: 'Its prompt or its answer holds the words; they are marked' },
  meaning: { text: 'meaning', title: 'Its prompt or its answer means about the same: 1.00 is the very same text' },
  filter: { text: 'filter', title: 'It meets the filters; the newest come first' },
};

export interface HitGroup {
  readonly name: string;
  readonly hint: string;
  readonly hits: readonly SearchHit[];
}

/** A hit stands in the first group that it fits. */
const GROUPS: readonly (readonly [why: Why, name: string, hint: string])[] = [
  ['id', 'This id', ''],
  ['words', 'These words', 'all of them, but for small ones, stand in the text'],
  ['meaning', 'Close in meaning', 'in other words, in the prompt or its answer'],
  ['filter', 'These filters', 'newest first'],
];

/** The group with the best hit first. Hits come best first. */
export function groupsOf(hits: readonly SearchHit[]): readonly HitGroup[] {
  const groups = new Map<string, { hint: string; hits: SearchHit[] }>();
  for (const hit of hits) {
    const [, name, hint] = GROUPS.find(([why]) => hit.why.includes(why)) ?? ['', 'Others', ''];
    const group = groups.get(name) ?? { hint, hits: [] };
    group.hits.push(hit);
    groups.set(name, group);
  }
  return [...groups].map(([name, { hint, hits: of }]) => ({ name, hint, hits: of }));
}
