// clew manifest init --from RUN; clew manifest validate FILE ….
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { draftManifest, manifestFaultLine, readManifest, withoutLastBreak, type ManifestFault } from '../identity/index.ts';
import { fetchRun, get, isRunId } from './identity-server.ts';
import { resolvePath, UsageError } from './io.ts';
import { makeKey, sign } from './manifest-sign.ts';

export const help = `clew manifest init --from RUN [--name NAME] [--instructions FILE …] [--url URL] [--token TOKEN]
  A manifest out of a run that is known to be good, as YAML on stdout. A record holds commitments only: give the approved
  system prompt with --instructions, once for each system or developer message, in order.
clew manifest validate FILE…
  All faults with file, line and what was expected; JSON on stdout, exit 1 where there are any.
clew manifest key FILE
  Makes a private key to sign manifests with, for this user only; prints the public one, for the setting manifest_key of
  the gateways. Keep it off the server.
clew manifest sign --key FILE [--folder policies/manifests] [--sequence N]
  Signs all manifests of a folder together; the number grows by one unless given. Gateways with manifest_key take no other
  set, and none with a smaller number.`;

export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args;
  if (action === 'init') return init(rest);
  if (action === 'key') return makeKey(rest, help);
  if (action === 'sign') return sign(rest, help);
  if (action === 'validate' && rest.length > 0) return validate(rest);
  throw new UsageError(help);
}

async function init(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      name: { type: 'string' },
      instructions: { type: 'string', multiple: true },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  const { from } = values;
  if (from === undefined || !isRunId(from)) throw new UsageError(help);
  const run = await fetchRun(from, values);
  const { route, service } = await placeOf(run.requestId, values);
  const { instructions = [] } = run.record.composition;
  const given = values.instructions && (await Promise.all(values.instructions.map(text)));
  const texts = given?.map((one, index) => asSent(one, instructions[index]?.length));
  const manifest = draftManifest(run.record, {
    name: values.name ?? `run-${from.slice(0, 8)}`,
    revision: new Date().toISOString().slice(0, 10),
    route,
    service,
    instructions: texts?.map((one, index) => ({ role: instructions[index]?.role, text: one })),
  });
  if (!texts && instructions.length > 0) {
    process.stderr.write(
      `The run had ${instructions.length} instruction(s), of which only commitments are known: they are left out. Give the approved text with --instructions.\n`,
    );
  }
  if (texts && texts.length !== instructions.length)
    process.stderr.write(
      `The run had ${instructions.length} instruction(s) and ${texts.length} are given: it will not match this manifest. Give --instructions once for each.\n`,
    );
  for (const [index, one] of (texts ?? []).entries()) warnOfOtherText(one, instructions[index]?.length);
  process.stdout.write(stringify(manifest, { lineWidth: 120 }));
  return 0;
}

/** Where the run's text itself ended with the line break, the file's is kept: of each text one break at the end is that of the file. */
const asSent = (text: string, sentBytes: number | undefined): string => (Buffer.byteLength(text) === sentBytes ? `${text}\n` : text);

/** Of what was sent only a commitment and its length are known: a text of another length is not what the run had. */
function warnOfOtherText(text: string | undefined, sentBytes: number | undefined): void {
  if (text === undefined) return;
  const bytes = Buffer.byteLength(withoutLastBreak(text));
  if (bytes === sentBytes) return;
  const sent = sentBytes === undefined ? 'none' : `one of ${sentBytes} bytes`;
  process.stderr.write(
    `The text of --instructions has ${bytes} bytes and the run had ${sent}: it is another text, or parts of it are variables. Write those as {{name}} and declare them under variables.\n`,
  );
}

/** Where the run came in; unknown once the request is purged. */
async function placeOf(requestId: string, options: { readonly url?: string | undefined; readonly token?: string | undefined }) {
  const request = (await get(`/v1/requests/${encodeURIComponent(requestId)}`, options).catch(() => ({}))) as {
    gateway?: { route?: string; service?: string } | null;
  };
  return { route: request.gateway?.route, service: request.gateway?.service };
}

async function validate(files: readonly string[]): Promise<number> {
  const faults: ManifestFault[] = [];
  for (const file of files) {
    const reading = readManifest(await text(file), file);
    if (!reading.ok) faults.push(...reading.faults);
  }
  for (const fault of faults) process.stderr.write(`${manifestFaultLine(fault)}\n`);
  process.stdout.write(`${JSON.stringify({ valid: faults.length === 0, files, faults })}\n`);
  return faults.length > 0 ? 1 : 0;
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(resolvePath(file), 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}). Check the path.`);
  }
}
