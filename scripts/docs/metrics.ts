// docs/METRICS.md: every metric with its labels, from the code that counts it.
import { createMetrics } from '../../control-plane/src/http/index.ts';
import { code, NOTE, page, table } from './markdown.ts';

const INTRODUCTION = `# Metrics

\`GET /metrics\` is a page for Prometheus. On this machine it is open; over a network it needs a token: that of the operator sees everything,
any other with \`metrics:read\` (engineer, admin) what bears its own tenant and environment. Configurations to begin with stand in
[deploy/prometheus](../deploy/prometheus/prometheus.yml): the scrape, [rules and alerts](../deploy/prometheus/clew-rules.yml) with
[tests of them](../deploy/prometheus/clew-rules.test.yml), and an [Alertmanager](../deploy/prometheus/alertmanager.yml) that posts to Clew
([ALERTS.md](ALERTS.md)). [deploy/grafana](../deploy/grafana/clew-traffic.json) holds two dashboards, traffic and
[health](../deploy/grafana/clew-health.json): import them and choose the data source.

\`\`\`promql
sum by (position) (rate(clew_requests_total{traffic="live"}[5m]))                                 # how people go on
sum by (model) (rate(clew_corrections_total[1h])) / sum by (model) (rate(clew_requests_total[1h]))   # which model is corrected
sum by (topic) (increase(clew_topic_cost_usd_total[1d])) * on (topic) group_left (label) clew_topic_info   # what costs most
\`\`\`

## How many series

Senders choose models, guardrails and topics, and tokens bring tenants. Each is bounded by itself and all labels of a metric together.
What does not fit is counted under \`other\`, the label that senders choose first; it is never left out.

| bound | a tenant and environment | in all |
|---|---|---|
| tenants and environments | – | 200 |
| models; guardrails; topics; manifests | 50; 20; 50; 50 | |
| series of a counter of requests | 2,000 | 20,000 |
| histograms of requests, each 13 lines | 200 | 2,000 |
| series of a counter by topic | 250 | 5,000 |
| histograms by topic | 52 | 1,000 |

Together at most some 230,000 lines, with 200 tenants that use all of it; one tenant with five models has about 2,000.

A topic has its own label only once at least \`topics.minUsers\` people talk about it; before, it is \`other\`, and \`-\` is no topic at
all. The label is its id, which stays; \`clew_topic_info\` says its words, those that as many people used.

## All metrics

Beside these there are the usual ones of the process, \`clew_process_…\` and \`clew_nodejs_…\`.`;

export function metricsPage(): string {
  const rows = createMetrics()
    .families()
    .filter(({ name }) => !/^clew_(process|nodejs)_/.test(name))
    .map(({ name, kind, labels, help }) => [code(name), kind, labels.map(code).join(' '), help]);
  return page(NOTE, INTRODUCTION, table(['metric', 'kind', 'labels', 'meaning'], rows));
}
