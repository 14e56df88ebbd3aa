// How much a shared word says: ln(documents / documents with it). Words outside the table are rare.
import table from '../weights/words.json' with { type: 'json' };

const DEFAULT_RARITY = 8;
const rarities: ReadonlyMap<string, number> = new Map(Object.entries(table.rarity));

export function rarityOf(word: string): number {
  return rarities.get(word) ?? DEFAULT_RARITY;
}

export function totalRarity(words: Iterable<string>): number {
  let total = 0;
  for (const word of words) total += rarityOf(word);
  return total;
}

/** Share of a text's rarity that another text's words cover, 0…1. `total` is the text's own. */
export function coverage(words: ReadonlySet<string>, total: number, others: { has(word: string): boolean }): number {
  if (total === 0) return 0;
  let shared = 0;
  for (const word of words) if (others.has(word)) shared += rarityOf(word);
  return shared / total;
}
