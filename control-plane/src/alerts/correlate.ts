// What stands out in an incident: segments of which there is more, or whose requests fare worse, than before; where requests
// became fewer, those of which there is less.
import { discoveries, discoveryRates, twoSided } from '../kernel/index.ts';
import { account, type Found } from './account.ts';
import { createContrasts, type Contrasts } from './contrast.ts';
import { saysTheSame } from './metric.ts';
import type { Contrast } from './spread.ts';
import { tableOf, type Segment, type Table } from './table.ts';
import type { AlertMetric, AlertRow, Finding, Level } from './types.ts';

export interface Times {
  readonly incident: readonly AlertRow[];
  /** Just before it. */
  readonly before: readonly AlertRow[];
  /** At the same time of the day before; may be empty. What comes every day is no finding. */
  readonly dayBefore: readonly AlertRow[];
  /** How long the first two are; one as long as the other unless given. Only what is about `requests` asks. */
  readonly lengths?: { readonly incidentMs: number; readonly beforeMs: number };
}

/** Of all findings of a quiet time so many may be chance. */
const FALSE_DISCOVERIES = 0.05;
/** A share that moved by less is no cause of anything, however sure it is. */
const LEAST_LIFT = 1.1;
/** Fewer requests, or people, of a segment are an anecdote. */
const LEAST_REQUESTS = 5;
const LEAST_PEOPLE = 3;
/** A day before with less traffic says nothing about the hour. */
const LEAST_DAY_BEFORE = 50;
/** So many of the clearest are held against each other. */
const MAX_COMPARED = 12;
const HOUR_MS = 3_600_000;

interface Candidate {
  readonly segment: Segment;
  readonly share: Contrast;
  readonly effect: ReturnType<Contrasts['effect']>;
  readonly sharePValue: number;
  readonly effectPValue: number;
}

/** What is looked for: 1: more of something; -1: less of it. */
type Towards = 1 | -1;

/** The likeliest cause first; what another finding accounts for comes last. */
export function correlate(times: Times, metric: AlertMetric): readonly Finding[] {
  const { incident, before, dayBefore } = times;
  if (incident.length === 0 || before.length === 0) return [];
  const rates = ratesOf(times);
  const towards: Towards = metric === 'requests' && rates(incident.length, before.length).isLess ? -1 : 1;
  const table = tableOf(incident, before, metric);
  const contrasts = createContrasts(table);
  const other = dayBefore.length >= LEAST_DAY_BEFORE ? againstOf(tableOf(incident, dayBefore, metric)) : undefined;
  const candidates = table.segments
    .filter((segment) => !saysTheSame(metric, segment) && isEnough(table, segment, towards))
    .map((segment) => candidate(segment, { contrasts, other, towards }));
  const tests = candidates.flatMap(({ sharePValue, effectPValue }) => [sharePValue, effectPValue]);
  const held = discoveries(tests, FALSE_DISCOVERIES);
  const discoveredAt = discoveryRates(tests);
  const found = candidates.flatMap((one, at): Found[] => {
    const byShare = held[2 * at] === true && moved(table, one.segment) ** towards >= LEAST_LIFT;
    const byEffect = held[2 * at + 1] === true;
    const qValue = Math.min(discoveredAt[2 * at] ?? 1, discoveredAt[2 * at + 1] ?? 1);
    return byShare || byEffect ? [{ ...one, byShare, byEffect, qValue, strength: strength(one, { byShare, byEffect }) }] : [];
  });
  const compared = found.toSorted((a, b) => b.strength - a.strength).slice(0, MAX_COMPARED);
  return compared
    .map((one) => ({ one, ...account(table, one, { contrasts, all: compared, towards }) }))
    .toSorted((a, b) => Number(a.explainedBy !== null) - Number(b.explainedBy !== null) || b.remaining - a.remaining)
    .map(({ one, explainedBy }) => finding(table, one, { metric, rates, towards, explainedBy: explainedBy && nameOf(explainedBy) }));
}

/** Requests an hour of both times, given how many there were. */
function ratesOf({ lengths }: Times): (incident: number, before: number) => Level & { readonly isLess: boolean } {
  const hours = (ms: number | undefined): number => Math.max(1, ms ?? HOUR_MS) / HOUR_MS;
  return (now, before) => {
    const [incident, baseline] = [now / hours(lengths?.incidentMs), before / hours(lengths?.beforeMs)];
    return { incident, baseline, isLess: incident < baseline };
  };
}

/** What there is less of shows in the time before. */
function isEnough({ isIncident, person }: Table, { rows }: Segment, towards: Towards): boolean {
  const own = rows.filter((at) => (isIncident[at] === 1) === (towards === 1));
  return own.length >= LEAST_REQUESTS && new Set(own.map((at) => person[at])).size >= LEAST_PEOPLE;
}

/** Share of a segment against another time; undefined where that has nothing of it. */
type Against = (segment: Segment) => Contrast | undefined;

function againstOf(table: Table): Against {
  const contrasts = createContrasts(table);
  const twins = new Map(table.segments.map((segment) => [`${segment.dimension} ${segment.value}`, segment]));
  return ({ dimension, value }) => {
    const twin = twins.get(`${dimension} ${value}`);
    return twin && contrasts.share(twin);
  };
}

interface Measured {
  readonly contrasts: Contrasts;
  readonly other: Against | undefined;
  readonly towards: Towards;
}

function candidate(segment: Segment, { contrasts, other, towards }: Measured): Candidate {
  const against = other?.(segment);
  const share = weaker(turned(contrasts.share(segment), towards), against && turned(against, towards));
  const effect = contrasts.effect(segment);
  return {
    segment,
    share,
    effect,
    // Only more of it, or worse, is a reason; where there is less of everything, only less of it.
    sharePValue: upwards(share),
    effectPValue: upwards(effect),
  };
}

/** One side of it: the other one is not looked for. */
const upwards = ({ z, degrees }: Contrast): number => (z > 0 ? twoSided(z, degrees) / 2 : 1);

const turned = (contrast: Contrast, towards: Towards): Contrast => ({ ...contrast, z: towards * contrast.z });
const weaker = (a: Contrast, b: Contrast | undefined): Contrast => (b !== undefined && b.z < a.z ? b : a);
const strength = ({ share, effect }: Candidate, { byShare, byEffect }: Pick<Found, 'byShare' | 'byEffect'>): number =>
  Math.max(byShare ? share.z : 0, byEffect ? effect.z : 0);

const nameOf = ({ dimension, value }: Segment) => ({ dimension, value });

/** Share in the incident divided by share in the baseline, both smoothed by half a request. */
function moved({ isIncident, incident, baseline }: Table, { rows }: Segment): number {
  const now = rows.filter((at) => isIncident[at] === 1).length;
  return (now + 0.5) / (incident + 1) / ((rows.length - now + 0.5) / (baseline + 1));
}

interface Told {
  readonly metric: AlertMetric;
  readonly rates: ReturnType<typeof ratesOf>;
  readonly towards: Towards;
  readonly explainedBy: Finding['explainedBy'];
}

function finding(table: Table, one: Found & Candidate, { metric, rates, towards, explainedBy }: Told): Finding {
  const { segment, byShare, byEffect } = one;
  const now = segment.rows.filter((at) => table.isIncident[at] === 1);
  const before = segment.rows.filter((at) => table.isIncident[at] === 0);
  return {
    ...nameOf(segment),
    kind: towards === -1 ? 'less' : byShare && byEffect ? 'both' : byShare ? 'share' : 'effect',
    inIncident: now.length,
    inBaseline: before.length,
    share: { incident: now.length / Math.max(1, table.incident), baseline: before.length / Math.max(1, table.baseline) },
    people: new Set((towards === 1 ? now : before).map((at) => table.person[at])).size,
    lift: moved(table, segment),
    pValue: Math.min(one.sharePValue, one.effectPValue),
    qValue: one.qValue,
    effect:
      metric === 'requests'
        ? {
            metric,
            inside: levelOf(rates(now.length, before.length)),
            outside: levelOf(rates(table.incident - now.length, table.baseline - before.length)),
            pValue: one.sharePValue,
          }
        : effectOf(one, metric),
    explainedBy,
    ...(towards === -1 ? { lastAtMs: segment.rows.reduce((last, at) => Math.max(last, table.atMs[at] ?? 0), 0) } : {}),
  };
}

const levelOf = ({ incident, baseline }: Level): Level => ({ incident, baseline });

function effectOf({ effect, effectPValue }: Candidate, metric: AlertMetric): Finding['effect'] {
  const [insideNow, insideBefore, outsideNow, outsideBefore] = effect.levels;
  if (insideNow === null) return null;
  return {
    metric,
    inside: { incident: insideNow, baseline: insideBefore },
    outside: { incident: outsideNow, baseline: outsideBefore },
    pValue: effect.degrees === 0 ? null : effectPValue,
  };
}
