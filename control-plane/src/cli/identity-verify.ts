// clew identity verify BUNDLE --vkey V --gateway-key PEM: reads files and prints; the judging is identity/verify.ts.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { verifyBundle, VerifyError } from '../identity/index.ts';
import { resolvePath, UsageError } from './io.ts';

export async function verify(args: readonly string[], help: string): Promise<number> {
  const { values, positionals } = parseArgs({
    args: joinValues(args),
    allowPositionals: true,
    options: { vkey: { type: 'string' }, 'gateway-key': { type: 'string' }, witness: { type: 'string', multiple: true } },
  });
  const [file] = positionals;
  if (file === undefined || values.vkey === undefined || values['gateway-key'] === undefined) throw new UsageError(help);
  const keys = {
    vkey: await textOrFile(values.vkey, isVkey),
    gatewayKey: await textOrFile(values['gateway-key'], isPem),
    witnesses: await Promise.all((values.witness ?? []).map((witness) => textOrFile(witness, isVkey))),
  };
  try {
    const { statement, index, checkpoint, cosigned } = verifyBundle(await bundleIn(file), keys);
    const log = { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.toString('base64'), index };
    process.stdout.write(`${JSON.stringify({ verified: true, log, cosigned, statement })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    process.stdout.write(`${JSON.stringify({ verified: false, code: error.code, why: error.message })}\n`);
    process.stderr.write(`Not verified (${error.code}): ${error.message}\n`);
    return error.code === 'bad_key' ? 2 : 1;
  }
}

/** A PEM begins with dashes: as an argument of its own it would be taken for an option. */
function joinValues(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    if (joined.at(-1) === '--gateway-key') joined.splice(-1, 1, `--gateway-key=${arg}`);
    else joined.push(arg);
  }
  return joined;
}

const isVkey = (text: string): boolean => /^[^+\s]+\+[0-9a-f]{8}\+/.test(text);
const isPem = (text: string): boolean => text.includes('-----BEGIN');

async function textOrFile(value: string, isItself: (text: string) => boolean): Promise<string> {
  return isItself(value) ? value : read(value);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(resolvePath(file), 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}). Check the path.`);
  }
}

/** What is no JSON is a bundle that does not hold, not a fault of the call. */
async function bundleIn(file: string): Promise<unknown> {
  const text = await read(file);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new VerifyError('malformed_bundle', 'The bundle is not valid JSON');
  }
}
