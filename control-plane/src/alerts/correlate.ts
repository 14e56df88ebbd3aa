// What stands out in an incident: segments of which there is more, or whose requests fare worse, than before.
import { discoveries, discoveryRates, twoSided } from '../kernel/index.ts';
import { effectContrast, shareContrast, type Contrast } from './contrast.ts';
import { tableOf, type Segment, type Table, type TableRow } from './table.ts';
import type { AlertMetric, AlertRow, Finding } from './types.ts';

export interface Times {
  readonly incident: readonly AlertRow[];
  /** Just before it. */
  readonly before: readonly AlertRow[];
  /** At the same time of the day before; may be empty. What comes every day is no finding. */
  readonly dayBefore: readonly AlertRow[];
}

/** Of all findings of a quiet time so many may be chance. */
const FALSE_DISCOVERIES = 0.05;
/** Fewer requests, or people, of a segment are an anecdote. */
const LEAST_REQUESTS = 5;
const LEAST_PEOPLE = 3;
/** A day before with less traffic says nothing about the hour. */
const LEAST_DAY_BEFORE = 50;
/** So many of the clearest are held against each other. */
const MAX_COMPARED = 12;
/** A share that stays within this many standard errors, given another segment, is accounted for by it. */
const ACCOUNTED = 2;

interface Candidate {
  readonly segment: Segment;
  readonly share: Contrast;
  readonly effect: ReturnType<typeof effectContrast>;
  readonly sharePValue: number;
  readonly effectPValue: number;
}

/** The likeliest cause first; what another finding accounts for comes last. */
export function correlate({ incident, before, dayBefore }: Times, metric: AlertMetric): readonly Finding[] {
  if (incident.length === 0 || before.length === 0) return [];
  const table = tableOf(incident, before, metric);
  const other = dayBefore.length >= LEAST_DAY_BEFORE ? tableOf(incident, dayBefore, metric) : undefined;
  const candidates = table.segments.filter((segment) => isEnough(table, segment)).map((segment) => candidate(table, other, segment));
  const tests = candidates.flatMap(({ sharePValue, effectPValue }) => [sharePValue, effectPValue]);
  const held = discoveries(tests, FALSE_DISCOVERIES);
  const rates = discoveryRates(tests);
  const found = candidates.flatMap((one, at) => {
    const [byShare, byEffect] = [held[2 * at] === true, held[2 * at + 1] === true];
    const qValue = Math.min(rates[2 * at] ?? 1, rates[2 * at + 1] ?? 1);
    return byShare || byEffect ? [{ ...one, byShare, byEffect, qValue }] : [];
  });
  const compared = found.toSorted((a, b) => strength(b) - strength(a)).slice(0, MAX_COMPARED);
  return compared
    .map((one) => ({ one, ...account(table.rows, one, compared) }))
    .toSorted((a, b) => Number(a.explainedBy !== null) - Number(b.explainedBy !== null) || b.remaining - a.remaining)
    .map(({ one, explainedBy }) => finding(table, one, metric, explainedBy && nameOf(explainedBy)));
}

function isEnough({ rows }: Table, { has }: Segment): boolean {
  const own = rows.filter((row) => row.isIncident && has(row));
  return own.length >= LEAST_REQUESTS && new Set(own.map(({ person }) => person)).size >= LEAST_PEOPLE;
}

function candidate(table: Table, other: Table | undefined, segment: Segment): Candidate {
  const twin = other?.segments.find(({ dimension, value }) => dimension === segment.dimension && value === segment.value);
  const share = weaker(shareContrast(table.rows, segment.has), other && twin ? shareContrast(other.rows, twin.has) : undefined);
  const effect = effectContrast(table.rows, segment.has);
  return {
    segment,
    share,
    effect,
    // Only more of it, or worse, is a reason.
    sharePValue: share.z > 0 ? twoSided(share.z, share.degrees) : 1,
    effectPValue: effect.z > 0 ? twoSided(effect.z, effect.degrees) : 1,
  };
}

const weaker = (a: Contrast, b: Contrast | undefined): Contrast => (b !== undefined && b.z < a.z ? b : a);
const strength = ({ share, effect, byShare, byEffect }: Found): number => Math.max(byShare ? share.z : 0, byEffect ? effect.z : 0);

type Found = Candidate & { readonly byShare: boolean; readonly byEffect: boolean; readonly qValue: number };

/** What is left of a finding's share given the other one that leaves least of it, and keeps more of its own. */
function account(
  rows: readonly TableRow[],
  one: Found,
  all: readonly Found[],
): { readonly remaining: number; readonly explainedBy: Segment | null } {
  let [remaining, explainedBy]: [number, Segment | null] = [strength(one), null];
  if (one.byEffect && one.effect.z > one.share.z) return { remaining, explainedBy };
  for (const other of all) {
    if (other === one) continue;
    const left = shareContrast(rows, one.segment.has, other.segment.has).z;
    const theirs = shareContrast(rows, other.segment.has, one.segment.has).z;
    if (left >= theirs || left >= remaining) continue;
    remaining = left;
    explainedBy = left < ACCOUNTED ? other.segment : null;
  }
  return { remaining, explainedBy };
}

const nameOf = ({ dimension, value }: Segment) => ({ dimension, value });

function finding(table: Table, one: Found, metric: AlertMetric, explainedBy: Finding['explainedBy']): Finding {
  const { segment, effect, byShare, byEffect } = one;
  const own = table.rows.filter(segment.has);
  const now = own.filter(({ isIncident }) => isIncident);
  const before = own.length - now.length;
  const [insideNow = null, insideBefore = null, outsideNow = null, outsideBefore = null] = effect.levels;
  return {
    ...nameOf(segment),
    kind: byShare && byEffect ? 'both' : byShare ? 'share' : 'effect',
    inIncident: now.length,
    inBaseline: before,
    share: { incident: now.length / Math.max(1, table.incident), baseline: before / Math.max(1, table.baseline) },
    people: new Set(now.map(({ person }) => person)).size,
    lift: (now.length + 0.5) / (table.incident + 1) / ((before + 0.5) / (table.baseline + 1)),
    pValue: Math.min(one.sharePValue, one.effectPValue),
    qValue: one.qValue,
    effect:
      insideNow === null
        ? null
        : {
            metric,
            inside: { incident: insideNow, baseline: insideBefore },
            outside: { incident: outsideNow, baseline: outsideBefore },
            pValue: effect.degrees === 0 ? null : one.effectPValue,
          },
    explainedBy,
  };
}
