// Circles among files: each file that reaches itself by imports. One that stands in a circle can be neither read, tested
// nor moved without the others.
import type { Import } from './imports.ts';

/** One shortest circle out of each knot of files that reach one another, from a file back to itself; none: empty. */
export function circlesAmong(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to, external } of imports) if (!external) next.set(from, [...(next.get(from) ?? []), to]);
  const told = new Set<string>();
  const circles: string[][] = [];
  for (const file of thoseAboveNothing(next)) {
    if (told.has(file)) continue;
    const circle = shortestBack(file, next);
    for (const member of circle) told.add(member);
    if (circle.length > 0) circles.push(circle);
  }
  return circles;
}

/** What is left when files that import nothing, or nothing that is left, are taken away: circles, and what stands on them. */
function thoseAboveNothing(next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const left = new Set(next.keys());
  let before = 0;
  while (before !== left.size) {
    before = left.size;
    for (const file of left) if (!(next.get(file) ?? []).some((to) => left.has(to))) left.delete(file);
  }
  return left;
}

/** Breadth first. */
function shortestBack(start: string, next: ReadonlyMap<string, readonly string[]>): string[] {
  const via = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const to of next.get(file) ?? []) {
      if (to === start) return [...wayTo(file, start, via), start];
      if (via.has(to)) continue;
      via.set(to, file);
      queue.push(to);
    }
  }
  return [];
}

function wayTo(end: string, start: string, via: ReadonlyMap<string, string>): string[] {
  const way = [end];
  for (let file = end; file !== start;) {
    file = via.get(file) ?? start;
    way.unshift(file);
  }
  return way;
}
