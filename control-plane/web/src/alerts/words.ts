// What is said of findings and changes.
import type { AlertChange, AlertMetric, Finding, Level } from '../api/alerts.ts';
import { count, dateTime, percent, plural, words } from '../ui/format.ts';

const METRICS: Readonly<Record<AlertMetric, string>> = {
  errors: 'errors',
  blocks: 'blocked requests',
  latency: 'time to the end of the answer',
  corrections: 'corrected answers',
  cost: 'cost of a request',
  requests: 'requests an hour',
};

const DIMENSIONS: Readonly<Record<string, string>> = { followUp: 'follow-up', method: 'link', pattern: 'thread pattern' };
/** What requests have in common, in words. */
export const dimensionOf = ({ dimension }: Pick<Finding, 'dimension'>): string => DIMENSIONS[dimension] ?? dimension;

/** What the alert is about, over all requests. */
export const courseOf = (metric: AlertMetric, { incident, baseline }: Level): string =>
  `${METRICS[metric]} ${level(metric, baseline)} → ${level(metric, incident)}`;

/** How much more of it there is. */
export function timesOf({ inBaseline, inIncident, kind, lift }: Finding): string {
  if (inBaseline === 0) return 'new';
  if (kind === 'less' && inIncident === 0) return 'gone';
  return `×${lift >= 10 ? Math.round(lift) : lift.toFixed(1)}`;
}

export const nameOf = ({ dimension, value, label }: Pick<Finding, 'dimension' | 'value' | 'label'>): string =>
  label ?? (dimension === 'topic' ? 'a topic without a name' : shortened(words(value)));

/** What a finding rests on, in a sentence. @param all the findings of its alert */
export function tellOf({ people, effect, explainedBy, lastAt, kind }: Finding, all: readonly Finding[]): string {
  const parts = [`${plural(people, 'person', 'people')}${kind === 'less' ? ' before' : ''}`];
  if (lastAt) parts.push(`the last one ${dateTime(lastAt)}`);
  if (effect) {
    const { metric, inside, outside, pValue } = effect;
    const course = (before: number | null, now: number | null): string =>
      before === null ? level(metric, now) : `${level(metric, before)} → ${level(metric, now)}`;
    const sure = pValue === null ? '' : ` (p ${small(pValue)})`;
    parts.push(
      `${METRICS[metric]} ${course(inside.baseline, inside.incident)}, elsewhere ${course(outside.baseline, outside.incident)}${sure}`,
    );
  }
  const other = explainedBy && all.find(({ dimension, value }) => dimension === explainedBy.dimension && value === explainedBy.value);
  if (explainedBy) parts.push(`goes along with ${dimensionOf(explainedBy)} ${nameOf(other ?? { ...explainedBy, label: null })}`);
  return parts.join(' · ');
}

export const small = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

function level(metric: AlertMetric, value: number | null): string {
  if (value === null) return 'none';
  if (metric === 'latency') return `${count(Math.round(value))} ms`;
  if (metric === 'requests') return count(Math.round(value));
  return metric === 'cost' ? `$${value.toPrecision(2)}` : percent(value);
}

/** `/composition/tools/search` → `tools › search` */
export const placeOf = ({ what }: AlertChange): string =>
  what
    .split('/')
    .filter((part) => part !== '' && part !== 'composition')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join(' › ');

/** Digests are long; their beginning tells them apart. */
const shortened = (value: string): string => value.replace(/[0-9a-f]{40,}/g, (digest) => `${digest.slice(0, 12)}…`);
export const valueOf = ({ value }: AlertChange): string => (value === null ? 'none' : shortened(value));
