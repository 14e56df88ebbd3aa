// Lines for Kong's log, which takes what a plugin server writes to stderr. Texts here are ours: no user content.
import type { LogLevel } from './config.ts';

export type Log = Readonly<Record<LogLevel, (text: string) => void>>;

const ORDER: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2 };

export function createLog(level: LogLevel, write: (line: string) => unknown = (line) => process.stderr.write(line)): Log {
  const say = (of: LogLevel) => (text: string) => {
    if (ORDER[of] <= ORDER[level]) write(`[clew] ${of} ${text}\n`);
  };
  return { error: say('error'), warn: say('warn'), info: say('info') };
}
