// What was found, in a few sentences: for whoever reads it in a chat, on a pager or in a terminal.
import { topicsIn, type Labels } from './show.ts';
import type { AlertChange, AlertMetric, Explanation, Finding, Level } from './types.ts';

const WORDS: Readonly<Record<AlertMetric, string>> = {
  errors: 'requests that fail',
  blocks: 'blocked requests',
  latency: 'time to the end of an answer',
  corrections: 'corrected answers',
  cost: 'cost of a request',
  requests: 'requests an hour',
};
const DIMENSION: Readonly<Partial<Record<Finding['dimension'], string>>> = {
  followUp: 'follow-up',
  method: 'link',
  pattern: 'thread pattern',
};
/** Causes, and changes, that are told: more are on the page. */
const MOST = 3;
const MINUTE_MS = 60_000;

/** One fact a line, the likeliest cause second. Topics without a label that may be told are called a topic. */
export function tell({ metric, level, requests, baselineRequests, findings, changes, window }: Explanation, labels: Labels): string {
  const course =
    level === undefined
      ? ''
      : `${sentence(WORDS[metric])}: ${valueOf(metric, level.incident)} now, ${valueOf(metric, level.baseline)} before.`;
  const told = findings.filter((one) => topicsIn([one]).every((topic) => labels.has(topic)));
  const causes = told.filter(({ explainedBy }) => explainedBy === null).slice(0, MOST);
  const near = changes.filter(({ atMs }) => atMs !== null && atMs <= window.fromMs + 5 * MINUTE_MS).slice(0, MOST);
  return [
    course,
    ...causes.map((one, at) => `${at === 0 ? 'Likeliest cause' : 'Also'}: ${tellFinding(one, metric, labels)}.`),
    causes.length > 0 ? '' : nothing(requests, baselineRequests),
    near.length === 0 ? '' : `Changed around its beginning: ${near.map((one) => tellChange(one, window.fromMs)).join('; ')}.`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function nothing(requests: number, before: number): string {
  if (before === 0) return 'There were no requests before to compare with.';
  return requests === 0
    ? 'No request came in this time: there is nothing that some of them have in common.'
    : 'Nothing stands out: requests are spread as before.';
}

function tellFinding(finding: Finding, metric: AlertMetric, labels: Labels): string {
  const { kind, share, lift, inIncident, inBaseline, effect, lastAtMs } = finding;
  const parts: string[] = [];
  if (kind === 'less') parts.push(inIncident === 0 ? 'gone' : `${times(1 / lift)} less of it than of the rest`);
  else if (inBaseline === 0) parts.push(`new, ${percent(share.incident)} of requests`);
  else if (kind !== 'effect') parts.push(`${percent(share.incident)} of requests, ${percent(share.baseline)} before`);
  if (effect) {
    const course = ({ incident, baseline }: Level): string =>
      baseline === null ? valueOf(metric, incident) : `${valueOf(metric, incident)}, ${valueOf(metric, baseline)} before`;
    parts.push(`${WORDS[metric]} in it ${course(effect.inside)}; elsewhere ${course(effect.outside)}`);
  }
  if (lastAtMs !== undefined) parts.push(`the last one at ${new Date(lastAtMs).toISOString().slice(0, 19)}Z`);
  return `${nameOf(finding, labels)}: ${parts.join('; ')}`;
}

function nameOf({ dimension, value }: Finding, labels: Labels): string {
  const label = dimension === 'topic' ? labels.get(value) : value;
  return `${DIMENSION[dimension] ?? dimension} ${label === undefined || label === '' ? 'without a name' : short(label)}`;
}

function tellChange({ kind, what, value, how, atMs }: AlertChange, beginMs: number): string {
  const subject = kind === 'deploy' || kind === 'other' ? `${kind} ${what}` : kind;
  const minutes = Math.round(Math.abs((atMs ?? beginMs) - beginMs) / MINUTE_MS);
  const when = minutes === 0 ? 'as it began' : `${minutes} min ${(atMs ?? beginMs) < beginMs ? 'before' : 'after'}`;
  return `${subject} ${value === null ? 'none' : short(value)} ${how === 'took effect' ? '' : `${how === 'appeared' ? 'new' : how} `}(${when})`.replace(
    '  ',
    ' ',
  );
}

/** Digests are long; their beginning tells them apart. */
const short = (value: string): string => value.replace(/[0-9a-f]{40,}/g, (digest) => `${digest.slice(0, 12)}…`);
const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const percent = (share: number): string => (share > 0 && share < 0.005 ? '<1%' : `${Math.round(share * 100)}%`);
const times = (factor: number): string => `${factor < 10 ? factor.toFixed(1) : Math.round(factor)} times`;

function valueOf(metric: AlertMetric, value: number | null): string {
  if (value === null) return 'none measured';
  if (metric === 'latency') return `${Math.round(value).toLocaleString('en')} ms`;
  if (metric === 'requests') return Math.round(value).toLocaleString('en');
  return metric === 'cost' ? `$${value.toPrecision(2)}` : percent(value);
}
