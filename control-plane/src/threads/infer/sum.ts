// The learned sum: products of measured numbers and weights, kept by the groups in which people read them.
import type { Features } from './features.ts';
import { TERM_GROUPS, type Term, type TermGroup } from './terms.ts';
import type { LinkerWeights } from './weights.ts';

interface WeightedTerm {
  readonly value: Term['value'];
  readonly group: number;
  readonly weight: number;
}

/** Terms that say something of a thread, and what the shares are beside their products. */
interface Side {
  readonly terms: readonly WeightedTerm[];
  readonly rest: Shares;
}

export interface Sum {
  readonly newest: Side;
  readonly older: Side;
}

/** Log-odds by group, in the order of `TERM_GROUPS`. */
export type Shares = Float64Array;

const GROUP: ReadonlyMap<TermGroup, number> = new Map(TERM_GROUPS.map((group, i) => [group, i]));
const place = (group: TermGroup): number => GROUP.get(group) ?? 0;
export const TIME = place('time');
export const MATTER = place('same_matter');
const PRIOR = place('prior');

/** A share counts from what is usual for its term and so tells what is special; the usual goes to the prior. */
export function sumOver(terms: readonly Term[], by: Readonly<Record<string, number>>, means: LinkerWeights['means']): Sum {
  const weighted = terms.map(({ name, group, value, only }) => ({
    value,
    group: place(group),
    weight: by[name] ?? 0,
    only,
    mean: means[name] ?? 0,
  }));
  const side = (of: Term['only']): Side => {
    const own = weighted.filter(({ only, weight }) => weight !== 0 && (only === undefined || only === of));
    const rest = new Float64Array(TERM_GROUPS.length);
    for (const { group, weight, mean } of own) {
      if (group === PRIOR) continue;
      rest[group] = (rest[group] ?? 0) - weight * mean;
      rest[PRIOR] = (rest[PRIOR] ?? 0) + weight * mean;
    }
    return { terms: own, rest };
  };
  return { newest: side('newest'), older: side('older') };
}

export function sharesOf({ newest, older }: Sum, features: Features): Shares {
  const { terms, rest } = features.rank === 0 ? newest : older;
  const shares = rest.slice();
  for (const { value, group, weight } of terms) shares[group] = (shares[group] ?? 0) + weight * value(features);
  return shares;
}

export const named = (shares: Shares): Map<TermGroup, number> => new Map(TERM_GROUPS.map((group, i) => [group, shares[i] ?? 0]));

export function sumOf(shares: Shares): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sum += shares[i] ?? 0;
  return sum;
}
