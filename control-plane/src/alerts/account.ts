// Findings that go along: which one is left when the other is taken into account.
import type { Contrasts } from './contrast.ts';
import type { Contrast } from './spread.ts';
import type { Segment, Table } from './table.ts';

export interface Found {
  readonly segment: Segment;
  /** Counted towards what is looked for. */
  readonly share: Contrast;
  readonly effect: ReturnType<Contrasts['effect']>;
  readonly sharePValue: number;
  readonly effectPValue: number;
  readonly byShare: boolean;
  readonly byEffect: boolean;
  readonly qValue: number;
  /** Standard errors of the stronger of what it was found by. */
  readonly strength: number;
}

/** What stays within this many standard errors, given another segment, is accounted for by it. */
const ACCOUNTED = 2;
/** A segment of which so much lies within another one has nothing of its own to be judged by. */
const CONTAINED = 0.8;

interface Compared {
  readonly contrasts: Contrasts;
  readonly all: readonly Found[];
  /** 1: there is more of what is found; -1: less. */
  readonly towards: 1 | -1;
}

/** What is left of a finding given the other one that leaves least of it, and keeps more of its own. */
export function account(
  table: Table,
  one: Found,
  { contrasts, all, towards }: Compared,
): { readonly remaining: number; readonly explainedBy: Segment | null } {
  const leftOf = (found: Found, given: Segment): number | undefined => remainder(table, found, { contrasts, given, towards });
  let [remaining, explainedBy]: [number, Segment | null] = [one.strength, null];
  for (const other of all) {
    if (other === one) continue;
    const left = leftOf(one, other.segment);
    if (left === undefined || left >= remaining) continue;
    if (left >= (leftOf(other, one.segment) ?? other.strength)) continue;
    remaining = left;
    explainedBy = left < ACCOUNTED ? other.segment : null;
  }
  return { remaining, explainedBy };
}

/** Standard errors of it within the strata of the other one; undefined where these are too thin to say. */
function remainder(
  { isIncident }: Table,
  { segment, share, effect, byShare, byEffect }: Found,
  { contrasts, given, towards }: Pick<Compared, 'contrasts' | 'towards'> & { readonly given: Segment },
): number | undefined {
  if (!byEffect || (byShare && share.z >= effect.z)) return towards * contrasts.shareWithin(segment, given).z;
  const within = contrasts.effectWithin(segment, given);
  if (within.degrees > 0) return within.z;
  const others = new Set(given.rows);
  const now = segment.rows.filter((at) => isIncident[at] === 1);
  return now.filter((at) => others.has(at)).length >= CONTAINED * now.length ? 0 : undefined;
}
