// clew policy validate FILE …: every fault at once.
import { readFile } from 'node:fs/promises';
import { unsafePatternReason } from '#redact';
import { faultLine, readPolicy } from '../policies/index.ts';
import { resolvePath, UsageError } from './io.ts';

export const help = `clew policy validate FILE…
  All faults of policy files with file, line, expected and consequence; JSON on stdout, exit 1 where there are any.`;

export async function run(args: readonly string[]): Promise<number> {
  const [action, ...files] = args;
  if (action !== 'validate' || files.length === 0) throw new UsageError(help);
  const faults = [];
  for (const file of files) {
    const text = await readFile(resolvePath(file), 'utf8').catch((error: unknown) => {
      throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}). Check the path.`);
    });
    const reading = readPolicy(text, file, unsafePatternReason);
    if (!reading.ok) faults.push(...reading.faults);
  }
  for (const fault of faults) process.stderr.write(`${faultLine(fault)}\n`);
  process.stdout.write(`${JSON.stringify({ valid: faults.length === 0, files, faults })}\n`);
  return faults.length > 0 ? 1 : 0;
}
