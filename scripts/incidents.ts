// `node scripts/incidents.ts --seed N [--kind more] [--lift 2] [--out FOLDER]`: a made-up incident as samples for POST /v1/samples, the alert
// for POST /v1/alerts/alertmanager, and what caused it.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { generateIncident, KINDS, type Incident, type Request } from './incidents/generate.ts';

const HELP = `node scripts/incidents.ts --seed N [--kind more|less|absent|two] [--lift 2] [--per-hour 2000] [--people 300] [--out FOLDER]
  Writes samples.ndjson, alert.json and cause.json. --lift 1: nothing happens. more: one cause has more of the traffic; less, absent: one has a part
  of it, or none; two: two have more at once. The same seed gives the same incident.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kind: { type: 'string' },
    lift: { type: 'string' },
    'per-hour': { type: 'string' },
    people: { type: 'string' },
    out: { type: 'string' },
  },
});
const number = (text: string | undefined, usual: number, least: number): number => {
  const value = text === undefined ? usual : Number(text);
  if (!Number.isFinite(value) || value < least) {
    process.stderr.write(`${HELP}\n`);
    process.exit(2);
  }
  return value;
};
const kind = KINDS.find((one) => one === (values.kind ?? 'more'));
if (values.seed === undefined || kind === undefined) {
  process.stderr.write(`${HELP}\n`);
  process.exit(2);
}

const incident = generateIncident({
  seed: number(values.seed, 0, 0),
  kind,
  lift: number(values.lift, 2, 1),
  perHour: number(values['per-hour'], 2_000, 1),
  people: number(values.people, 300, 1),
});
const folder = path.resolve(values.out ?? '.');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'samples.ndjson'), incident.requests.map((one, at) => `${JSON.stringify(sampleOf(one, at))}\n`).join(''));
writeFileSync(path.join(folder, 'alert.json'), `${JSON.stringify(alertOf(incident), null, 2)}\n`);
writeFileSync(path.join(folder, 'cause.json'), `${JSON.stringify(kind === 'two' ? incident.causes : incident.cause)}\n`);
process.stdout.write(`${JSON.stringify({ requests: incident.requests.length, cause: incident.cause, causes: incident.causes })}\n`);

function sampleOf(one: Request, at: number): object {
  return {
    version: 1,
    id: `incident-${String(values.seed)}-${at}`,
    startedAt: new Date(one.atMs).toISOString(),
    endedAt: new Date(one.atMs + one.durationMs).toISOString(),
    principal: { id: one.user, source: 'consumer', trust: 'authenticated' },
    gateway: { kind: 'import', route: one.route },
    model: { requested: one.model, executed: one.model, evidence: 'response_body' },
    status: { outcome: one.isError ? 'error' : 'ok', http: one.isError ? 502 : 200 },
    composition: { variant: one.variant },
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
        labels: { alertname: 'MadeUpIncident', clew_metric: 'errors' },
        startsAt: new Date(startsAtMs).toISOString(),
        endsAt: new Date(endsAtMs).toISOString(),
        fingerprint: `incident-${String(values.seed)}`,
      },
    ],
  };
}
