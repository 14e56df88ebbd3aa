// Which segments of the traffic are over-represented in an incident: a 2×2 table for each, in the incident and before it.
import type { Finding, SegmentCount } from './types.ts';

export interface Counts {
  readonly total: number;
  readonly segments: readonly SegmentCount[];
}

/** Findings with a lift above 1, most significant first; those that chance explains (p > 0.05 after correction) are left out. */
export function correlate(incident: Counts, baseline: Counts): readonly Finding[] {
  if (incident.total === 0 || baseline.total === 0) return [];
  const before = new Map(baseline.segments.map((segment) => [key(segment), segment.requests]));
  const tried = incident.segments.length;
  return incident.segments
    .map((segment) => finding(segment, before.get(key(segment)) ?? 0, incident.total, baseline.total, tried))
    .filter(({ lift, pValue }) => lift > 1 && pValue <= 0.05)
    .sort((a, b) => a.pValue - b.pValue || b.lift - a.lift);
}

const key = ({ dimension, value }: SegmentCount): string => `${dimension}\0${value}`;

function finding(segment: SegmentCount, inBaseline: number, total: number, totalBefore: number, tried: number): Finding {
  const { dimension, value, requests } = segment;
  const lift = (requests + 0.5) / (total + 1) / ((inBaseline + 0.5) / (totalBefore + 1));
  // Bonferroni: of twenty segments one looks significant by chance.
  return {
    dimension,
    value,
    inIncident: requests,
    inBaseline,
    lift,
    pValue: Math.min(1, pOf(requests, total - requests, inBaseline, totalBefore - inBaseline) * tried),
  };
}

/** p-value of independence in a 2×2 table: the log-likelihood ratio is chi-square distributed with one degree of freedom. */
function pOf(a: number, b: number, c: number, d: number): number {
  const n = a + b + c + d;
  const part = (observed: number, row: number, column: number): number =>
    observed === 0 ? 0 : observed * Math.log((observed * n) / (row * column));
  const g = 2 * (part(a, a + b, a + c) + part(b, a + b, b + d) + part(c, c + d, a + c) + part(d, c + d, b + d));
  return complementaryError(Math.sqrt(Math.max(0, g) / 2));
}

/** erfc for x ≥ 0, to 1.2e-7 (Numerical Recipes' Chebyshev fit). */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
  ];
  const sum = coefficients.reduceRight((total, coefficient) => total * t + coefficient, 0);
  return t * Math.exp(-x * x + sum);
}
