// clew policy: faults of a file, and how a running control plane comes to another policy.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { unsafePatternReason } from '#redact';
import { faultLine, readPolicy, type PolicyFault } from '../policies/index.ts';
import { resolvePath, UsageError } from './io.ts';
import { problemOf, serverClient, type ServerClient } from './server-client.ts';

export const help = `clew policy validate FILE…
  All faults of policy files with file, line, expected and consequence; JSON on stdout, exit 1 where there are any.
clew policy plan FILE
  What FILE would change of the policy in force, field by field; lines marked ! keep more or take less out. Exit 1 where it changes anything.
clew policy simulate FILE [--days 7]
  What FILE would keep, drop and store of the traffic of the last days, beside the policy in force.
clew policy apply FILE --reason TEXT
  Takes FILE, unless another policy came into force since it was planned. Needs the operator's token.
clew policy versions | rollback N --reason TEXT
  Policies that were in force, and an older one again.
  All but validate talk to the running control plane: --url, --token, else CLEW_URL or CLEW_PORT, and CLEW_TOKEN or CLEW_ADMIN_TOKEN.`;

interface Planned {
  readonly inForce: string;
  readonly changes: readonly { readonly field: string; readonly before?: unknown; readonly after?: unknown; readonly loosens: boolean }[];
}

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' }, days: { type: 'string' }, reason: { type: 'string' } },
  });
  const [action, ...names] = positionals;
  const [name] = names;
  if (action === 'validate' && names.length > 0) return validate(names);
  const server = serverClient(values);
  if (action === 'versions' && names.length === 0) return show(await ask(server, 'GET', '/v1/policies/versions'));
  if (name === undefined || names.length > 1) throw new UsageError(help);
  switch (action) {
    case 'plan':
      return plan(server, await fileText(name));
    case 'simulate':
      return show(await ask(server, 'POST', '/v1/policies/simulate', { policy: await fileText(name), ...daysOf(values.days) }));
    case 'apply': {
      const policy = await fileText(name);
      const { inForce, changes } = (await ask(server, 'POST', '/v1/policies/plan', { policy })) as Planned;
      tell(changes);
      return show(await ask(server, 'POST', '/v1/policies', { policy, reason: reasonOf(values.reason), ifDigest: inForce }));
    }
    case 'rollback':
      if (!/^[1-9]\d{0,8}$/.test(name))
        throw new UsageError('clew policy rollback takes the number of a version; clew policy versions lists them');
      return show(await ask(server, 'POST', '/v1/policies/rollback', { version: Number(name), reason: reasonOf(values.reason) }));
    default:
      throw new UsageError(help);
  }
}

async function validate(files: readonly string[]): Promise<number> {
  const faults: PolicyFault[] = [];
  for (const file of files) {
    const reading = readPolicy(await fileText(file), file, unsafePatternReason, true);
    if (!reading.ok) faults.push(...reading.faults);
  }
  for (const fault of faults) process.stderr.write(`${faultLine(fault)}\n`);
  process.stdout.write(`${JSON.stringify({ valid: faults.length === 0, files, faults })}\n`);
  return faults.length > 0 ? 1 : 0;
}

async function plan(server: ServerClient, policy: string): Promise<number> {
  const planned = (await ask(server, 'POST', '/v1/policies/plan', { policy })) as Planned;
  tell(planned.changes);
  show(planned);
  return planned.changes.length > 0 ? 1 : 0;
}

function tell(changes: Planned['changes']): void {
  const shown = (value: unknown): string => (value === undefined ? '(not set)' : JSON.stringify(value));
  for (const { field, before, after, loosens } of changes) {
    process.stderr.write(`${loosens ? '!' : ' '} ${field}: ${shown(before)} -> ${shown(after)}\n`);
  }
  if (changes.length === 0) process.stderr.write('  nothing changes\n');
}

async function ask(server: ServerClient, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const answer = await server.request(method, path, body === undefined ? undefined : JSON.stringify(body));
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status >= 400) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  return answer.json;
}

function show(answer: unknown): number {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return 0;
}

function fileText(file: string): Promise<string> {
  return readFile(resolvePath(file), 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}). Check the path.`);
  });
}

function daysOf(days: string | undefined): { readonly days?: number } {
  if (days === undefined) return {};
  if (!/^[1-9]\d{0,2}$/.test(days)) throw new UsageError('--days takes a whole number from 1 to 366');
  return { days: Number(days) };
}

function reasonOf(reason: string | undefined): string {
  if (reason === undefined) throw new UsageError('--reason says why; it is kept with the version');
  return reason;
}
