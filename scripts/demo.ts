// `npm run demo`: the whole of Clew on this machine, with made-up conversations that arrive live. See demo/ for its parts.
import path from 'node:path';
import { DemoError, readOptions } from './demo/options.ts';
import { runDemo } from './demo/run.ts';

const ROOT = path.dirname(import.meta.dirname);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const stop = new AbortController();
  // The terminal signals the whole group and npm signals again: the first counts, the others are the same wish.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const options = readOptions(process.argv.slice(2), process.env, ROOT);
  say('Starting the control plane and the trial gateway');
  const report = await runDemo(options, stop.signal, { say, show: (text) => void process.stdout.write(`${text}\n`) });
  if (report !== undefined) process.stdout.write(`${JSON.stringify(report)}\n`);
  return options.once && report === undefined ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof DemoError) say(`${error.message}\n${error.remedy}`);
    else say(`The demo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exit(error instanceof DemoError ? 2 : 1);
  },
);
