// The learned sum: products of measured numbers and weights. Its total decides, for every candidate; the shares of the groups
// in which people read it are worked out for the one that is explained.
import type { Features } from './features.ts';
import { isOn, readerOf, TERM_GROUPS, type Quantity, type Term, type TermGroup } from './terms.ts';
import type { LinkerWeights } from './weights.ts';

/** Log-odds by group, in the order of `TERM_GROUPS`. */
export type Shares = Float64Array;

const GROUP: ReadonlyMap<TermGroup, number> = new Map(TERM_GROUPS.map((group, i) => [group, i]));
const place = (group: TermGroup): number => GROUP.get(group) ?? 0;
export const TIME = place('time');
export const MATTER = place('same_matter');
const PRIOR = place('prior');

interface Weighted {
  readonly term: Term;
  readonly weight: number;
  readonly group: number;
  readonly mean: number;
}

export class Sum {
  readonly #terms: readonly Weighted[];
  /** By rank: of the newest thread, of the second, of all others. */
  readonly #totals: readonly Total[];

  constructor(terms: readonly Term[], by: Readonly<Record<string, number>>, means: LinkerWeights['means']) {
    this.#terms = terms.flatMap((term) => {
      const weight = by[term.name] ?? 0;
      return weight === 0 ? [] : [{ term, weight, group: place(term.group), mean: means[term.name] ?? 0 }];
    });
    this.#totals = [0, 1, 2].map((rank) => new Total(this.#terms.filter(({ term }) => isOn(term.side, rank))));
  }

  totalOf(features: Features): number {
    const { rank } = features;
    return this.#totals[rank < 2 ? rank : 2]?.of(features) ?? 0;
  }

  /** The parts of the total. A share counts from what is usual for its term and so tells what is special; the usual goes to the prior. */
  sharesOf(features: Features): Shares {
    const shares = new Float64Array(TERM_GROUPS.length);
    const isNewest = features.rank === 0;
    for (const { term, weight, group, mean } of this.#terms) {
      if (term.only !== undefined && (term.only === 'newest') !== isNewest) continue;
      const usual = group === PRIOR ? 0 : mean;
      shares[group] = (shares[group] ?? 0) + weight * (term.value(features) - usual);
      shares[PRIOR] = (shares[PRIOR] ?? 0) + weight * usual;
    }
    return shares;
  }
}

interface Hinge {
  readonly at: number;
  readonly over: number;
  readonly weight: number;
}

interface Product {
  readonly at: number;
  readonly times: number;
  readonly weight: number;
}

/** A sum in which every number is read once: terms that are linear in the same number are one. */
class Total {
  readonly #readers: readonly ((features: Features) => number)[];
  readonly #slopes: Float64Array;
  /** Weights of what a number exceeds, and of products of two numbers, by the places of these among those read. */
  readonly #hinges: readonly Hinge[];
  readonly #products: readonly Product[];
  readonly #read: Float64Array;

  constructor(weighted: readonly Weighted[]) {
    const names = [...new Set(weighted.flatMap(({ term: { of, times } }): Quantity[] => (times === undefined ? [of] : [of, times])))];
    this.#readers = names.map(readerOf);
    this.#read = new Float64Array(names.length);
    this.#slopes = new Float64Array(names.length);
    const hinges: Hinge[] = [];
    const products: Product[] = [];
    for (const { term, weight } of weighted) {
      const at = names.indexOf(term.of);
      if (term.times !== undefined) products.push({ at, times: names.indexOf(term.times), weight });
      else if (term.over !== undefined) hinges.push({ at, over: term.over, weight });
      else this.#slopes[at] = (this.#slopes[at] ?? 0) + weight;
    }
    this.#hinges = hinges;
    this.#products = products;
  }

  of(features: Features): number {
    const read = this.#read;
    const slopes = this.#slopes;
    const readers = this.#readers;
    let total = 0;
    for (let i = 0; i < read.length; i++) {
      const value = readers[i]?.(features) ?? 0;
      read[i] = value;
      total += (slopes[i] ?? 0) * value;
    }
    for (const { at, over, weight } of this.#hinges) total += weight * Math.max(0, (read[at] ?? 0) - over);
    for (const { at, times, weight } of this.#products) total += weight * (read[at] ?? 0) * (read[times] ?? 0);
    return total;
  }
}

export const shareByGroup = (shares: Shares): { readonly group: TermGroup; readonly share: number }[] =>
  TERM_GROUPS.map((group, i) => ({ group, share: shares[i] ?? 0 }));
