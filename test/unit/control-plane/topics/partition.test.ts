import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchGroups } from '../../../../control-plane/src/topics/match.ts';
import { cut, partition } from '../../../../control-plane/src/topics/partition.ts';
import { wardTree } from '../../../../control-plane/src/topics/ward.ts';
import { stem, wordStems } from '../../../../control-plane/src/topics/words.ts';

const unit = (values: readonly number[]): Float32Array => {
  const norm = Math.hypot(...values) || 1;
  return Float32Array.from(values, (value) => value / norm);
};
const gram = (vectors: readonly Float32Array[]): Float32Array =>
  Float32Array.from(vectors.flatMap((a) => vectors.map((b) => a.reduce((sum, value, d) => sum + value * (b[d] ?? 0), 0))));

/**
 * Ward's method as the books put it: of all pairs the one whose merging adds least to the squared errors. Undefined where two
 * pairs add the same but for rounding: there are several such trees then, with heights of their own.
 */
function wardByTheBook(vectors: readonly Float32Array[]): number[] | undefined {
  let groups = vectors.map((vector) => ({ mean: [...vector], size: 1 }));
  const heights: number[] = [];
  while (groups.length > 1) {
    let best = { a: 0, b: 1, squared: Infinity };
    let second = Infinity;
    for (let a = 0; a < groups.length; a += 1) {
      for (let b = a + 1; b < groups.length; b += 1) {
        const [x, y] = [groups[a]!, groups[b]!];
        const squared = ((2 * x.size * y.size) / (x.size + y.size)) * x.mean.reduce((sum, value, d) => sum + (value - y.mean[d]!) ** 2, 0);
        second = Math.min(second, Math.max(squared, best.squared));
        if (squared < best.squared) best = { a, b, squared };
      }
    }
    if (best.squared > 1e-4 && second - best.squared < 1e-4) return undefined;
    const [x, y] = [groups[best.a]!, groups[best.b]!];
    const size = x.size + y.size;
    const joined = { mean: x.mean.map((value, d) => (value * x.size + y.mean[d]! * y.size) / size), size };
    groups = [...groups.filter((_, i) => i !== best.a && i !== best.b), joined];
    heights.push(Math.sqrt(best.squared));
  }
  return heights;
}

const coordinate = fc.double({ min: -1, max: 1, noNaN: true });
const vectors = fc
  .array(fc.array(coordinate, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 14 })
  .map((rows) => rows.map((row) => unit(row.map((value) => value + 0.01))));

describe('Ward tree', () => {
  it('has the heights that the method has by the book, and takes in every point once', () => {
    let told = 0;
    fc.assert(
      fc.property(vectors, (points) => {
        const tree = wardTree(gram(points), points.length);
        const expected = wardByTheBook(points);
        expect(tree).toHaveLength(points.length - 1);
        if (expected) tree.forEach(({ height }, i) => expect(height).toBeCloseTo(expected[i]!, 2));
        told += expected ? 1 : 0;
        const used = tree.flatMap(({ left, right }) => [left, right]).sort((a, b) => a - b);
        expect(used).toEqual(Array.from({ length: Math.max(0, 2 * points.length - 2) }, (_, i) => i));
      }),
    );
    expect(told).toBeGreaterThan(20);
  });

  it('is cut into groups that lie whole within those of a higher cut', () => {
    fc.assert(
      fc.property(vectors, coordinate, (points, at) => {
        const tree = wardTree(gram(points), points.length);
        const [fine, coarse] = [cut(tree, points.length, 1 + at), cut(tree, points.length, 1.5 + at)];
        const coarseOf = new Map<number, number>();
        fine.forEach((group, i) => {
          expect(coarseOf.get(group) ?? coarse[i]).toBe(coarse[i]);
          coarseOf.set(group, coarse[i]!);
        });
        expect([...new Set(fine)]).toEqual(Array.from({ length: new Set(fine).size }, (_, i) => i));
      }),
    );
  });
});

describe('partition', () => {
  it('parts texts of different matters, whatever their order', () => {
    const matter = (axis: number, n: number): { vector: Float32Array; text: string }[] =>
      Array.from({ length: n }, (_, i) => ({
        vector: unit(Array.from({ length: 6 }, (_unused, d) => (d === axis ? 1 : 0.1 * Math.sin(i * 7 + d * 3 + axis)))),
        text: `matter${'abcdef'[axis]!} here`,
      }));
    const points = [...matter(0, 12), ...matter(2, 9), ...matter(4, 7)];
    expect([...partition(points).topics]).toEqual([...Array(12).fill(0), ...Array(9).fill(1), ...Array(7).fill(2)]);
    const turned = partition([...points].reverse()).topics;
    expect(new Set(turned).size).toBe(3);
    expect(turned[0]).toBe(turned[6]);
    expect(turned[0]).not.toBe(turned[7]);
  });

  it('takes no text, one text, equal texts and texts without words', () => {
    const one = { vector: unit([1, 2]), text: '' };
    expect([...partition([]).topics]).toEqual([]);
    expect([...partition([one]).topics]).toEqual([0]);
    expect([...partition([one, one, one]).topics]).toEqual([0, 0, 0]);
  });
});

describe('matching of new groups and old names', () => {
  it('gives each name to one group at most, the largest overlap first, and says where the others went', () => {
    const { names, gone, origins } = matchGroups([0, 0, 0, 1, 1, 2, 2], ['a', 'a', 'b', 'a', undefined, 'c', 'c']);
    expect(names).toEqual(['a', undefined, 'c']);
    expect([...gone]).toEqual([['b', 0]]);
    expect(origins).toEqual([
      { name: 'a', texts: 2 },
      { name: 'a', texts: 1 },
      { name: 'c', texts: 2 },
    ]);
  });

  it('changes no name where the groups are as before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }), (raw) => {
        const order = [...new Set(raw)];
        const groups = raw.map((value) => order.indexOf(value));
        const matching = matchGroups(
          groups,
          groups.map((group) => `n${group}`),
        );
        expect(matching.names).toEqual(order.map((_, group) => `n${group}`));
        expect(matching.gone.size).toBe(0);
      }),
    );
  });
});

describe('stems', () => {
  it.each([
    ['transfers', 'transferring'],
    ['cards', 'card'],
    ['cancel', 'cancelled'],
    ['currencies', 'currency'],
    ['charge', 'charges'],
    ['selling', 'sell'],
  ])('bring %s and %s together', (a, b) => expect(stem(a)).toBe(stem(b)));

  it.each([
    ['card', 'care'],
    ['gas', 'gash'],
    ['address', 'add'],
  ])('keep %s and %s apart', (a, b) => expect(stem(a)).not.toBe(stem(b)));

  it('count each word of a text once', () => expect([...wordStems('Cards, my card and cards')]).toEqual(['card']));
});
