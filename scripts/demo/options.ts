// What the demo was asked for, on its command line and in its environment.
import path from 'node:path';

export interface DemoOptions {
  /** What an earlier demo stored stays, and only live traffic is added. */
  readonly keep: boolean;
  /** All conversations at once, without the pauses that people make. */
  readonly quick: boolean;
  /** Ends after the conversations, with figures as JSON on stdout. */
  readonly once: boolean;
  readonly controlPort: number;
  readonly gatewayPort: number;
  /** Absolute path of the demo's own data. */
  readonly folder: string;
}

/** The demo cannot do what it was asked for; `remedy` says what helps. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly remedy: string;
  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}

export const USAGE = `npm run demo [-- OPTIONS]
  --keep    what an earlier demo stored stays
  --quick   all conversations at once, without the pauses that people make
  --once    ends after the conversations, with figures as JSON on stdout`;

const FLAGS = ['--keep', '--quick', '--once'];

/** Throws DemoError. `root` is the folder of the project. */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>, root: string): DemoOptions {
  const unknown = args.filter((arg) => !FLAGS.includes(arg));
  if (unknown.length > 0) throw new DemoError('An option is not known', USAGE);
  return {
    keep: args.includes('--keep'),
    quick: args.includes('--quick'),
    once: args.includes('--once'),
    controlPort: readPort(env, 'CLEW_PORT', 8787),
    gatewayPort: readPort(env, 'CLEW_GATEWAY_PORT', 8788),
    folder: path.join(path.resolve(root, env['CLEW_DATA'] ?? 'data'), 'demo'),
  };
}

function readPort(env: Readonly<Record<string, string | undefined>>, key: string, fallback: number): number {
  const text = env[key]?.trim() ?? '';
  if (text === '') return fallback;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) throw new DemoError(`${key} is no port`, `Set ${key} to a number from 0 to 65535; 0 takes any free port.`);
  return port;
}
