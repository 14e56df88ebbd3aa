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

/** Share of a text's rarity that other texts' words cover, 0…1. `rarity` is the text's own, the sum of `rarities`. */
export function coverage(
  { words, rarities, rarity }: { readonly words: readonly string[]; readonly rarities: readonly number[]; readonly rarity: number },
  has: (word: string) => boolean,
): number {
  if (rarity === 0) return 0;
  let shared = 0;
  for (let i = 0; i < words.length; i++) if (has(words[i] ?? '')) shared += rarities[i] ?? 0;
  return shared / rarity;
}
