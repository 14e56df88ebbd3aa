// clew import FILE.jsonl: past conversations into the store of a running control plane, through the same door as live ones.
import { parseArgs } from 'node:util';
import { tenantKeys, type Sample, type TenantKeys } from '#contract';
import { createRedactor } from '#redact';
import { batches, progress, readRows, UsageError } from './io.ts';
import { sampleOf } from './rows.ts';
import { problemOf, serverClient, type ServerClient } from './server-client.ts';

export const help = `clew import FILE.jsonl [--url URL] [--token TOKEN] [--key SECRET] [--tenant NAME]
  Rows as for clew replay, redacted by patterns here and posted to the running control plane. Importing a file twice changes
  nothing. --key and --tenant make the users' pseudonyms those of a gateway with the same hash key and tenant (default).`;

const BATCH = 200;
const MAX_TRIES = 60;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' }, key: { type: 'string' }, tenant: { type: 'string' } },
  });
  const file = positionals[0];
  if (file === undefined) throw new UsageError(help);
  const server = serverClient(values);
  const keys = tenantKeys(values.key ?? 'clew import', values.tenant ?? 'default');
  const meter = progress('rows');
  const totals = { accepted: 0, duplicates: 0, rejected: 0 };
  const reject = (line: number, problem: string): void => {
    totals.rejected += 1;
    process.stderr.write(`line ${line}: ${problem}; passed over\n`);
  };
  for await (const batch of batches(samples(file, keys, reject), BATCH)) {
    const answer = await post(server, batch.map(({ sample }) => JSON.stringify(sample)).join('\n'));
    // What was there already counts as accepted at the door; here people ask what is new.
    totals.accepted += answer.accepted - (answer.duplicates ?? 0);
    totals.duplicates += answer.duplicates ?? 0;
    for (const { index, message } of answer.rejected) reject(batch[index]?.line ?? 0, message);
    meter.step(batch.length);
  }
  meter.done();
  process.stdout.write(`${JSON.stringify(totals)}\n`);
  return totals.rejected > 0 ? 1 : 0;
}

async function* samples(
  file: string,
  keys: TenantKeys,
  reject: (line: number, problem: string) => void,
): AsyncGenerator<{ readonly line: number; readonly sample: Sample }> {
  const redactor = createRedactor();
  for await (const { number, value } of readRows(file, reject)) {
    const row = sampleOf(value, keys);
    if ('problem' in row) reject(number, row.problem);
    else yield { line: number, sample: redacted(row.sample, redactor) };
  }
}

/** As the plugin does: nothing that a pattern finds leaves this process. */
function redacted(sample: Sample, redactor: ReturnType<typeof createRedactor>): Sample {
  const counts: Record<string, number> = {};
  const clean = <T extends { text: string }>(part: T | undefined): T | undefined => {
    if (!part) return undefined;
    const done = redactor.redact(part.text);
    for (const [type, count] of Object.entries(done.counts)) counts[type] = (counts[type] ?? 0) + count;
    return { ...part, text: done.text };
  };
  const prompt = clean(sample.prompt);
  const answer = clean(sample.answer);
  return { ...sample, ...(prompt && { prompt }), ...(answer && { answer }), redaction: { counts, rules: redactor.rules } };
}

interface Accepted {
  readonly accepted: number;
  readonly duplicates?: number;
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}

/** Waits while the control plane says that too much is waiting. */
async function post(server: ServerClient, body: string): Promise<Accepted> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const answer = await server.request('POST', '/v1/samples', body, 'application/x-ndjson');
    if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
    if (answer.status === 202) return answer.json as Accepted;
    if (answer.status !== 429 && answer.status !== 503) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
    await new Promise((resolve) => setTimeout(resolve, answer.retryAfterMs));
  }
  throw new UsageError(`${server.url} stayed overloaded. The rows before this were taken; call the command again later.`);
}
