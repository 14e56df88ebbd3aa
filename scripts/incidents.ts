// `node scripts/incidents.ts --seed N [--kind more] [--lift 2] [--cause model] [--out FOLDER]`: a made-up incident as samples for
// POST /v1/samples, the alert for POST /v1/alerts/alertmanager, and what caused it. With --judge what the analysis says of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CARRIED, CAUSES, generateIncident, KINDS, type Incident, type IncidentOptions, type Request } from './incidents/generate.ts';
import { isCause, judge, metricFor } from './incidents/judge.ts';

const HELP = `node scripts/incidents.ts --seed N [--kind more|less|absent|two] [--lift 2] [--cause DIMENSION]
    [--per-hour 2000] [--people 300] [--out FOLDER | --judge]
  Writes samples.ndjson, alert.json and cause.json. --lift 1: nothing happens. more: one cause has more of the traffic; less, absent: a part
  of one, or all of it, does not come; two: two have more at once. --cause: ${CAUSES.join(', ')};
  the last four are judgements that no sample carries, for --judge alone, which asks the analysis directly and writes no files.
  The same seed gives the same incident.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kind: { type: 'string' },
    lift: { type: 'string' },
    cause: { type: 'string' },
    'per-hour': { type: 'string' },
    people: { type: 'string' },
    out: { type: 'string' },
    judge: { type: 'boolean' },
  },
});
const refuse = (): never => {
  process.stderr.write(`${HELP}\n`);
  process.exit(2);
};
const number = (text: string | undefined, usual: number, least: number): number => {
  const value = text === undefined ? usual : Number(text);
  return Number.isFinite(value) && value >= least ? value : refuse();
};
const kind = KINDS.find((one) => one === (values.kind ?? 'more')) ?? refuse();
const seed = values.seed === undefined ? refuse() : number(values.seed, 0, 0);
const known = values.judge === true ? CAUSES : CARRIED;
const cause = values.cause === undefined ? known[seed % known.length] : known.find((one) => one === values.cause);
const options: IncidentOptions = {
  seed,
  kind,
  lift: number(values.lift, 2, 1),
  perHour: number(values['per-hour'], 2_000, 1),
  people: number(values.people, 300, 1),
  dimension: cause ?? refuse(),
  among: known,
};
const incident = generateIncident(options);
if (values.judge === true) {
  const findings = judge(incident, metricFor(kind));
  const places = incident.causes.map((one) => findings.findIndex((finding) => isCause(finding, one)) + 1);
  const told = findings.map(({ dimension, value, kind: how, lift, pValue, explainedBy }) => ({
    dimension,
    value,
    kind: how,
    lift,
    pValue,
    explainedBy,
  }));
  process.stdout.write(`${JSON.stringify({ causes: incident.causes, places, findings: told }, null, 2)}\n`);
} else {
  const folder = path.resolve(values.out ?? '.');
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  mkdirSync(folder, { recursive: true });
  write('samples.ndjson', incident.requests.map((one, at) => `${JSON.stringify(sampleOf(one, at))}\n`).join(''));
  write('alert.json', `${JSON.stringify(alertOf(incident), null, 2)}\n`);
  const causes = incident.causes.map((one) => (one.dimension === 'prompt' ? { ...one, value: digestOf(one.value) } : one));
  write('cause.json', `${JSON.stringify(kind === 'two' ? causes : (causes[0] ?? null))}\n`);
  process.stdout.write(`${JSON.stringify({ requests: incident.requests.length, causes })}\n`);
}

/** What findings call a template. */
function digestOf(prompt: string): string {
  return createHash('sha256').update(prompt).digest('hex');
}

function sampleOf(one: Request, at: number): object {
  const digest = digestOf(one.prompt);
  return {
    version: 1,
    id: `incident-${seed}-${at}`,
    startedAt: new Date(one.atMs).toISOString(),
    endedAt: new Date(one.atMs + one.durationMs).toISOString(),
    principal: { id: one.user, source: 'consumer', trust: 'authenticated' },
    gateway: { kind: 'import', route: one.route, consumer: one.consumer },
    model: { requested: one.model, executed: one.model, evidence: 'response_body' },
    status: { outcome: one.isError ? 'error' : 'ok', http: one.isError ? 502 : 200 },
    composition: { variant: one.variant, instructions: [{ digest, length: 64, role: 'system', template: { digest } }] },
    prompt: { text: `A question about ${one.topic}, number ${at}` },
  };
}

function alertOf({ startsAtMs, endsAtMs }: Incident): object {
  return {
    version: '4',
    status: 'resolved',
    alerts: [
      {
        status: 'resolved',
        labels: { alertname: 'MadeUpIncident', clew_metric: metricFor(kind) },
        startsAt: new Date(startsAtMs).toISOString(),
        endsAt: new Date(endsAtMs).toISOString(),
        fingerprint: `incident-${seed}`,
      },
    ],
  };
}
