// Verdicts by manifest and day, put together for the page.
import type { VerdictCount } from '../api/trust.ts';

export interface ManifestFigures {
  readonly name: string;
  /** Newest first. */
  readonly revisions: readonly string[];
  readonly runs: number;
  readonly drifted: number;
  /** Share of drifted runs by day, in the order of the days; null where there was no run. */
  readonly byDay: readonly (number | null)[];
}

export interface Coverage {
  readonly days: readonly string[];
  readonly runs: number;
  /** Runs that a manifest covered. */
  readonly covered: number;
  readonly drifted: number;
  readonly byDay: readonly { readonly day: string; readonly first: number | null; readonly second: number | null }[];
  readonly manifests: readonly ManifestFigures[];
}

const dayOf = (at: string): string => at.slice(0, 10);
const runsOf = (counts: readonly VerdictCount[]): number => counts.reduce((sum, { runs }) => sum + runs, 0);
const isCovered = ({ manifest }: VerdictCount): boolean => manifest !== null;
const isDrifted = ({ verdict }: VerdictCount): boolean => verdict === 'drifted';
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export function coverageOf(counts: readonly VerdictCount[]): Coverage {
  const days = [...new Set(counts.map(({ at }) => dayOf(at)))].sort();
  const on = (day: string, some: readonly VerdictCount[]): readonly VerdictCount[] => some.filter(({ at }) => dayOf(at) === day);
  const covered = counts.filter(isCovered);
  return {
    days,
    runs: runsOf(counts),
    covered: runsOf(covered),
    drifted: runsOf(covered.filter(isDrifted)),
    byDay: days.map((day) => {
      const all = on(day, counts);
      const known = all.filter(isCovered);
      return { day, first: share(runsOf(known), runsOf(all)), second: share(runsOf(known.filter(isDrifted)), runsOf(known)) };
    }),
    manifests: [...Map.groupBy(covered, ({ manifest }) => manifest ?? '')].map(([name, own]) => ({
      name,
      revisions: [...new Set(own.toReversed().map(({ revision }) => revision ?? ''))],
      runs: runsOf(own),
      drifted: runsOf(own.filter(isDrifted)),
      byDay: days.map((day) => share(runsOf(on(day, own).filter(isDrifted)), runsOf(on(day, own)))),
    })),
  };
}
