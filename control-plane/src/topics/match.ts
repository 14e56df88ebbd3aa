// Which new group is which old topic: names stay where most of the texts are.
export interface Matching<Name> {
  /** For each new group its old name; undefined where it is new. */
  readonly names: readonly (Name | undefined)[];
  /** For each old name that no group bears any more the group that took most of its texts. */
  readonly gone: ReadonlyMap<Name, number>;
  /** For each group the old name that most of its texts had, with how many. */
  readonly origins: readonly ({ readonly name: Name; readonly texts: number } | undefined)[];
}

/**
 * One name for at most one group, the largest overlap first; of equal overlaps the lower group, then the name seen first.
 * @param groups group of each text, numbered from 0 without gaps
 * @param names old name of each text
 */
export function matchGroups<Name extends string>(
  groups: ArrayLike<number>,
  names: readonly (Name | undefined)[],
  weights?: ArrayLike<number>,
): Matching<Name> {
  const overlaps = new Map<string, { group: number; name: Name; texts: number; order: number }>();
  let count = 0;
  names.forEach((name, i) => {
    const group = groups[i] ?? 0;
    count = Math.max(count, group + 1);
    if (name === undefined) return;
    const overlap = overlaps.get(`${group}\0${name}`) ?? { group, name, texts: 0, order: overlaps.size };
    overlap.texts += weights?.[i] ?? 1;
    overlaps.set(`${group}\0${name}`, overlap);
  });
  const given = new Array<Name | undefined>(count).fill(undefined);
  const origins = new Array<{ name: Name; texts: number } | undefined>(count).fill(undefined);
  const [taken, largest] = [new Set<Name>(), new Map<Name, number>()];
  for (const { group, name, texts } of [...overlaps.values()].sort((a, b) => b.texts - a.texts || a.order - b.order)) {
    origins[group] ??= { name, texts };
    if (!largest.has(name)) largest.set(name, group);
    if (given[group] !== undefined || taken.has(name)) continue;
    given[group] = name;
    taken.add(name);
  }
  return { names: given, gone: new Map([...largest].filter(([name]) => !taken.has(name))), origins };
}
