import { METRICS, type Alert, type AlertMetric } from './types.ts';

/** Label of a rule that says what its alert is about; where it is missing, the name of the alert has to. */
const METRIC_LABEL = 'clew_metric';

const NAMES: readonly (readonly [AlertMetric, RegExp])[] = [
  ['blocks', /block|guardrail|refus/i],
  ['latency', /latenc|slow|duration|p9\d|timeout|ttfb|firstbyte/i],
  ['corrections', /correct|satisf|complain|quality|refin|thumb/i],
  ['cost', /cost|spend|budget|token/i],
];

export function metricOf({
  name,
  labels,
  settings,
}: Pick<Alert, 'name' | 'labels'> & { readonly settings?: Pick<Alert['settings'], 'metric'> }): AlertMetric {
  const said = settings?.metric ?? labels[METRIC_LABEL];
  return METRICS.find((metric) => metric === said) ?? NAMES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'errors';
}
