// clew alerts [ID]: alerts of a running control plane, and what stands out in one.
import { parseArgs } from 'node:util';
import { UsageError } from './io.ts';
import { problemOf, serverClient } from './server-client.ts';

export const help = `clew alerts [ID] [--status firing|resolved] [--json] [--url URL] [--token TOKEN]
  The newest alerts with the likeliest cause of each; with ID what was found out about that one: causes, what changed around its
  beginning, threads to look at. --json: as the HTTP API answers. docs/ALERTS.md says how alerts are looked at.`;

interface Finding {
  readonly dimension: string;
  readonly value: string;
  readonly label: string | null;
  readonly threads: readonly string[];
  readonly explainedBy: { readonly dimension: string; readonly value: string } | null;
}
interface Listed {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly startsAt: string;
  readonly first: Finding | null;
}
interface Detail extends Listed {
  readonly summary: string;
  readonly findings: readonly Finding[];
}

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { status: { type: 'string' }, json: { type: 'boolean' }, url: { type: 'string' }, token: { type: 'string' } },
  });
  if (positionals.length > 1) throw new UsageError(help);
  const [id] = positionals;
  const server = serverClient(values);
  const query = values.status === undefined ? '' : `?status=${encodeURIComponent(values.status)}`;
  const answer = await server.request('GET', id === undefined ? `/v1/alerts${query}` : `/v1/alerts/${encodeURIComponent(id)}`);
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status === 404 && id !== undefined) {
    process.stderr.write('There is no alert of that id here.\n');
    return 1;
  }
  if (answer.status >= 400) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  if (values.json === true) process.stdout.write(`${JSON.stringify(answer.json)}\n`);
  else if (id === undefined) process.stdout.write(listOf((answer.json as { readonly items: readonly Listed[] }).items));
  else process.stdout.write(tellOne(answer.json as Detail, server.url));
  return 0;
}

const head = ({ id, startsAt, status, name }: Listed): string => `${id}  ${startsAt}  ${status.padEnd(8)}  ${name}`;

const causeOf = ({ first }: Listed): string => (first === null ? 'nothing stands out' : `${first.dimension} ${first.label ?? first.value}`);

const listOf = (items: readonly Listed[]): string =>
  items.length === 0 ? 'No alerts.\n' : items.map((one) => `${head(one)}: ${causeOf(one)}\n`).join('');

function tellOne(alert: Detail, url: string): string {
  const causes = alert.findings.filter(({ explainedBy, threads }) => explainedBy === null && threads.length > 0).slice(0, 3);
  const threads = causes.map(
    ({ dimension, label, value, threads: own }) => `Threads of ${dimension} ${label ?? value}: ${own.join(' ')}\n`,
  );
  return `${head(alert)}\n${alert.summary}\n${threads.join('')}Page: ${url}/?alert=${alert.id}\n`;
}
