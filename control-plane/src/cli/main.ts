// clew COMMAND …: one file a command, loaded when it is called, so that each starts fast. Exit 0 well, 1 the answer is
// "no" or a part was rejected, 2 the call or the surroundings were wrong.
import { ClewError } from '../kernel/index.ts';
import { UsageError } from './io.ts';

interface Command {
  /** How it is called, for `clew help`. */
  readonly help: string;
  run(args: readonly string[]): Promise<number>;
}

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  replay: () => import('./replay.ts'),
  redact: () => import('./redact.ts'),
  import: () => import('./import.ts'),
  identity: () => import('./identity.ts'),
  manifest: () => import('./manifest.ts'),
  topics: () => import('./topics.ts'),
  policy: () => import('./policy.ts'),
  token: () => import('./token.ts'),
  calibrate: () => import('./calibrate.ts'),
  erase: () => import('./erase.ts'),
  hold: () => import('./hold.ts'),
  audit: () => import('./audit.ts'),
  reembed: () => import('./reembed.ts'),
  alerts: () => import('./alerts.ts'),
  doctor: () => import('./doctor.ts'),
  'setup-check': () => import('./setup-check.ts'),
};

async function main(name: string | undefined, args: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    for (const load of Object.values(COMMANDS)) process.stderr.write(`${(await load()).help}\n`);
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) throw new UsageError(`There is no command of that name. Commands: ${Object.keys(COMMANDS).join(', ')}`);
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    process.stderr.write(`${command.help}\n`);
    return 0;
  }
  return command.run(args);
}

/** What people read: never a stack, and never what a row held. */
function explain(error: unknown): string {
  if (error instanceof ClewError) return `${error.message}\n${error.remedy}`;
  if (error instanceof UsageError) return error.message;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

try {
  const [name, ...args] = process.argv.slice(2);
  process.exitCode = await main(name, args);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 2;
}
