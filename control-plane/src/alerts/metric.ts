import { METRICS, type Alert, type AlertMetric, type Dimension } from './types.ts';

/** Label of a rule that says what its alert is about; where it is missing, the name of the alert has to. */
const METRIC_LABEL = 'clew_metric';

const NAMES: readonly (readonly [AlertMetric, RegExp])[] = [
  ['blocks', /block|guardrail|refus/i],
  ['latency', /latenc|slow|duration|p9\d|timeout|ttfb|firstbyte/i],
  ['corrections', /correct|satisf|complain|quality|refin|thumb/i],
  ['cost', /cost|spend|budget|token/i],
  ['errors', /error|fail|5xx/i],
  [
    'requests',
    /traffic|throughput|volume|requests?_?(rate|count|drop|fell|fall|low|few|gone|stop|absent|missing|ris|rose|high|surge|spike)|(no|low|few|fewer|missing|absent|lost)_?requests/i,
  ],
];

export function metricOf({
  name,
  labels,
  settings,
}: Pick<Alert, 'name' | 'labels'> & { readonly settings?: Pick<Alert['settings'], 'metric'> }): AlertMetric {
  const said = settings?.metric ?? labels[METRIC_LABEL];
  return METRICS.find((metric) => metric === said) ?? NAMES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'errors';
}

/** Where requests are corrected more, there are more of these by definition: they say what happened, and of what it comes nothing. */
const SAME: Readonly<Partial<Record<AlertMetric, Readonly<Partial<Record<Dimension, readonly string[]>>>>>> = {
  corrections: {
    followUp: ['correction', 'repeat'],
    intent: ['error_recovery'],
    pattern: ['correction', 'repeat', 'repeated correction'],
  },
};

/** Whether a segment is only another name for what the alert is about. */
export const saysTheSame = (
  metric: AlertMetric,
  { dimension, value }: { readonly dimension: Dimension; readonly value: string },
): boolean => SAME[metric]?.[dimension]?.includes(value) ?? false;
