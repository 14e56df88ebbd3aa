// Lines on stderr, which Kong copies into its own log. kong-pdk hands over finished texts, and some of them carry the
// arguments of calls (prompts, keys) or an exception's message, which may quote them: those are cut here.

export interface LauncherLogger {
  debug(...parts: unknown[]): void;
  info(...parts: unknown[]): void;
  warn(...parts: unknown[]): void;
  error(...parts: unknown[]): void;
}

/** Drops what follows the first colon of messages about a handler that threw: it is the exception's own text. */
function withoutContent(text: string): string {
  return text.replace(/^(unhandled exception in [\w.-]+ on instance #\d+):[^]*$/, '$1').slice(0, 2000);
}

/** debug never prints: its texts are made of call arguments, and no flag may turn them on. */
export function createLogger(write: (line: string) => void): LauncherLogger {
  const say =
    (level: string) =>
    (...parts: unknown[]): void => {
      write(`[clew] ${level} ${withoutContent(parts.map(String).join(' '))}\n`);
    };
  return { debug: () => undefined, info: say('info'), warn: say('warn'), error: say('error') };
}

/** An exception without its message: name, code and where it was thrown. */
export function describeException(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  const code = (thrown as { code?: unknown }).code;
  // The stack begins with the message, whose lines could pass for frames.
  const frames = (thrown.stack ?? '')
    .replace(thrown.message, () => '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 4);
  return `${thrown.name}${typeof code === 'string' ? ` ${code}` : ''} ${frames.map((line) => line.trim()).join(' < ')}`;
}
