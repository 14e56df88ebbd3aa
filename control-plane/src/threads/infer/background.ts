// What closeness is worth in a language. A model that reads a language badly finds any two texts in it alike: the closeness
// of texts about different matters is that language's background, and only what rises above it says anything.
import type { Language } from '../text/language.ts';

/** Mean cosine of requests about different matters, by language. */
export type Background = Readonly<Record<Language, number>>;

/** Of embeddings, and of what they are mapped to (projection.ts). */
export interface Backgrounds {
  readonly cosine: Background;
  readonly kin: Background;
}

type Read = Language | undefined;

/** A cosine as it would be if the languages were English: the background becomes English's, 1 stays 1. */
export function fair(cosine: number, own: Read, other: Read, background: Background | undefined): number {
  if (background === undefined) return cosine;
  const one = own ?? other;
  const two = other ?? own;
  // English beside another language lies no closer than English beside English.
  if (one === undefined || two === undefined || one === 'en' || two === 'en') return cosine;
  const usual = Math.min(background[one], background[two]);
  return usual <= background.en ? cosine : 1 - ((1 - cosine) * (1 - background.en)) / (1 - usual);
}

/** The background that a text of this language is held against; none for English, beside which all closeness counts as it is. */
export const besides = (own: Read, background: Background | undefined): Background | undefined => (own === 'en' ? undefined : background);
