// clew import FILE.jsonl: past conversations into the store of a running control plane, through the same door as live ones.
import { parseArgs } from 'node:util';
import { parsePolicy, sealedFor, tenantKeys, type Original, type Policy, type Sample, type TenantKeys } from '#contract';
import { createRedactor } from '#redact';
import { batches, progress, readRows, UsageError } from './io.ts';
import { sampleOf } from './rows.ts';
import { problemOf, serverClient, type ServerClient } from './server-client.ts';

export const help = `clew import FILE.jsonl [--url URL] [--token TOKEN] [--key SECRET] [--tenant NAME]
  Rows as for clew replay, redacted here by the policy in force there (where --token may read it) and posted to the running
  control plane; originals of pseudonyms are sealed for its vault where that policy is reversible. Importing a file twice changes
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
  const policy = await policyOf(server);
  const meter = progress('rows');
  const totals = { accepted: 0, duplicates: 0, rejected: 0 };
  const reject = (line: number, problem: string): void => {
    totals.rejected += 1;
    process.stderr.write(`line ${line}: ${problem}; passed over\n`);
  };
  for await (const batch of batches(samples(file, keys, policy, reject), BATCH)) {
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
  policy: Policy,
  reject: (line: number, problem: string) => void,
): AsyncGenerator<{ readonly line: number; readonly sample: Sample }> {
  const redactor = createRedactor({ policy: policy.redaction, key: keys.redaction });
  for await (const { number, value } of readRows(file, reject)) {
    const row = sampleOf(value, keys);
    if ('problem' in row) reject(number, row.problem);
    else yield { line: number, sample: redacted(row.sample, redactor, policy) };
  }
}

/** The policy in force at the control plane. A token that may not read it, or one that cannot be used, costs what it adds. */
async function policyOf(server: ServerClient): Promise<Policy> {
  const answer = await server.request('GET', '/v1/policies');
  const parsed = answer?.status === 200 ? parsePolicy(answer.json) : undefined;
  if (parsed?.ok) return parsed.value;
  if (answer)
    process.stderr.write('The policy in force cannot be read with this token: values are masked, and none is sealed for the vault\n');
  return { version: 1 };
}

/** As the plugin does: nothing that a pattern finds leaves this process but sealed for the vault, where the policy is reversible. */
function redacted(sample: Sample, redactor: ReturnType<typeof createRedactor>, { vault }: Policy): Sample {
  const counts: Record<string, number> = {};
  const originals: Original[] = [];
  const principal = sample.principal?.id;
  const clean = <T extends { text: string }>(part: T | undefined): T | undefined => {
    if (!part) return undefined;
    const done = redactor.redact(part.text, principal);
    originals.push(...(done.originals ?? []));
    for (const [type, count] of Object.entries(done.counts)) counts[type] = (counts[type] ?? 0) + count;
    return { ...part, text: done.text };
  };
  const prompt = clean(sample.prompt);
  const answer = clean(sample.answer);
  const sealed = sealedFor(vault, { sample: sample.id, principal }, originals);
  return {
    ...sample,
    ...(prompt && { prompt }),
    ...(answer && { answer }),
    redaction: { counts, rules: redactor.rules, ...(sealed && { sealed }) },
  };
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
